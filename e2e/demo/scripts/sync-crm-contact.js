/**
 * Runs after a user has registered. Tells the CRM about a new contact, puts them
 * on the list of their region and says hello to the team that looks after it.
 */
const regions = { DE: 'EU', FR: 'EU', PT: 'EU', SE: 'EU', US: 'US', CA: 'US', JP: 'APAC' };

module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;
  const region = regions[context.request.geoip.country_code] || 'EU';

  const lists = {
    EU: secrets.LIST_ID_EU,
    US: secrets.LIST_ID_US,
    APAC: secrets.LIST_ID_APAC,
  };

  const contact = await post(`${secrets.CRM_BASE_URL}/contacts`, secrets.CRM_TOKEN, {
    email: user.email,
    name: user.name,
    list: lists[region],
    pipeline: secrets.CRM_PIPELINE_ID,
    workspace: secrets.CRM_WORKSPACE_ID,
  });

  await post(secrets.TEAM_CHAT_URL, secrets.TEAM_CHAT_TOKEN, {
    text: `New contact in ${region}: ${contact.id}`,
  });
  cb();
};

async function post(url, token, body) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) {
    throw new Error(`The answer was ${answer.status}`);
  }
  return answer.json();
}

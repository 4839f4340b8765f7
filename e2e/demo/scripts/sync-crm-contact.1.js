/**
 * Runs after a user has registered. Tells the CRM about a new contact.
 */
module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;

  await fetch(`${secrets.CRM_BASE_URL}/contacts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.CRM_TOKEN}` },
    body: JSON.stringify({ email: user.email, name: user.name }),
  });
  cb();
};

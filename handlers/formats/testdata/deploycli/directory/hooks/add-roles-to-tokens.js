/**
 * Adds what the permissions service knows about a client to its access token.
 */
const axios = require('axios');

module.exports = async function (client, scope, audience, context, cb) {
  const { PERMISSIONS_URL, 'api-key': key } = context.webtask.secrets;
  const answer = await axios.get(PERMISSIONS_URL, {
    headers: { Authorization: `Bearer ${key}` },
    params: { client: client.id, audience },
  });
  cb(null, {
    scope,
    'https://example.com/roles': answer.data.roles,
  });
};

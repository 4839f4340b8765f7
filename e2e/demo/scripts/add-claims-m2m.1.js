/**
 * Runs when a service asks for a token. Adds the claims that our gateways read.
 */
module.exports = function (client, scope, audience, context, cb) {
  const secrets = context.webtask.secrets;
  const claims = { iss_hint: secrets.ISSUER_HINT, tier: client.metadata.tier || 'free' };

  const token = { scope };
  for (const [name, value] of Object.entries(claims)) {
    token[`${secrets.CLAIM_NAMESPACE}/${name}`] = value;
  }
  cb(null, token);
};

/**
 * Runs when a service asks for a token. Adds the claims that our gateways read.
 */
const crypto = require('crypto');

module.exports = function (client, scope, audience, context, cb) {
  const secrets = context.webtask.secrets;
  const tiers = {
    free: secrets.TIER_FREE_LIMIT,
    team: secrets.TIER_TEAM_LIMIT,
    scale: secrets.TIER_SCALE_LIMIT,
  };

  const claims = {
    iss_hint: secrets.ISSUER_HINT,
    tier: client.metadata.tier || 'free',
    limit: Number(tiers[client.metadata.tier || 'free']),
    tenant: crypto.createHmac('sha256', secrets.TENANT_PEPPER).update(client.tenant).digest('hex'),
  };

  const proof = crypto.createHmac('sha256', secrets.ISSUER_KEY);
  proof.update(JSON.stringify(claims));

  const token = { scope };
  for (const [name, value] of Object.entries(claims)) {
    token[`${secrets.CLAIM_NAMESPACE}/${name}`] = value;
  }
  token[`${secrets.CLAIM_NAMESPACE}/proof`] = proof.digest('base64');
  cb(null, token);
};

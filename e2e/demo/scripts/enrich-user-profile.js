/**
 * Runs before a user is created. Adds company data from the CRM
 * and refuses sign-ups from blocked domains.
 */
module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;

  const company = await lookup(secrets.CRM_BASE_URL, {
    id: secrets.CRM_CLIENT_ID,
    secret: secrets['CRM_CLIENT_SECRET'],
    domain: user.email.split('@')[1],
  });

  if (company.blocked) {
    return cb(new Error('Registration is not open for this domain.'));
  }

  user.app_metadata = { company: company.name, plan: company.plan };
  cb(null, { user });
};

/**
 * Runs after a password has changed. Tells its owner, so that a change that was
 * not theirs is noticed.
 */
module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;

  await fetch(secrets.MAIL_API_URL, {
    method: 'POST',
    headers: { 'x-api-key': secrets.MAIL_API_KEY },
    body: JSON.stringify({ template: secrets.MAIL_TEMPLATE, to: user.email }),
  });
  cb();
};

/**
 * The welcome mail before there was a series of them.
 */
module.exports = async function (user, context, cb) {
  const secrets = context.webtask.secrets;

  await fetch(secrets.OLD_MAIL_URL, {
    method: 'POST',
    headers: { 'x-api-key': secrets.OLD_MAIL_KEY },
    body: JSON.stringify({ to: user.email }),
  });
  cb();
};

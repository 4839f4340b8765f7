/**
 * Runs after a user has registered. Starts the series of welcome mails.
 */
module.exports = async function (user, context, cb) {
  const { MAIL_API_URL, MAIL_API_KEY, MAIL_FROM, SERIES_ID } = context.webtask.secrets;

  await fetch(`${MAIL_API_URL}/series/${SERIES_ID}/start`, {
    method: 'POST',
    headers: { 'x-api-key': MAIL_API_KEY },
    body: JSON.stringify({ from: MAIL_FROM, to: user.email }),
  });
  cb();
};

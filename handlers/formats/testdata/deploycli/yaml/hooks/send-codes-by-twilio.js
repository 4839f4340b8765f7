/**
 * Sends the codes of multi-factor authentication.
 */
const twilio = require('twilio');

module.exports = async function (recipient, text, context, cb) {
  const secrets = context.webtask.secrets;
  const client = twilio(secrets.TWILIO_ACCOUNT_SID, secrets.TWILIO_AUTH_TOKEN);
  await client.messages.create({ to: recipient, from: secrets['TWILIO_FROM'], body: text });
  cb(null, {});
};

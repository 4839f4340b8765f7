/**
 * Tells the newsletter and the chat about a new user.
 */
const crypto = require('crypto');
const axios = require('axios');

module.exports = async function (user, context, cb) {
  const { CHAT_WEBHOOK_URL, SIGNING_SECRET, NEWSLETTER_API_KEY } = context.webtask.secrets;
  const body = JSON.stringify({ email: user.email, name: user.name });
  const signature = crypto.createHmac('sha256', SIGNING_SECRET).update(body).digest('hex');
  await axios.post(CHAT_WEBHOOK_URL, body, { headers: { 'X-Signature': signature } });
  await axios.post('https://newsletter.example.com/subscribers', body, {
    headers: { 'X-Api-Key': NEWSLETTER_API_KEY },
  });
  cb();
};

/**
 * Sends a code by the carrier of the region that a number belongs to.
 */
const carriers = [
  { prefix: '+49', url: 'CARRIER_DE_URL', key: 'CARRIER_DE_KEY' },
  { prefix: '+351', url: 'CARRIER_PT_URL', key: 'CARRIER_PT_KEY' },
];

module.exports = async function (recipient, text, context, cb) {
  const secrets = context.webtask.secrets;
  const regional = carriers.find(({ prefix }) => recipient.startsWith(prefix));
  const url = regional ? secrets[regional.url] : secrets.CARRIER_WORLD_URL;
  const key = regional ? secrets[regional.key] : secrets.CARRIER_WORLD_KEY;

  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Key ${key}` },
    body: JSON.stringify({ from: secrets.SENDER_NAME, to: recipient, text }),
  });
  cb(answer.ok ? null : new Error('The carrier did not take the message.'), {});
};

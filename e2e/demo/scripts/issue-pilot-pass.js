/**
 * Runs after somebody has registered. Sends their pass for the pilot.
 */
module.exports = async function (user, context, cb) {
  const { PASS_API_URL, PASS_SIGNING_KEY } = context.webtask.secrets;

  await fetch(`${PASS_API_URL}/passes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${PASS_SIGNING_KEY}` },
    body: JSON.stringify({ holder: user.email }),
  });
  cb();
};

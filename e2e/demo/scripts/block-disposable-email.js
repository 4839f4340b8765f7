/**
 * Refuses addresses of mail providers that throw mail away after an hour.
 */
const cache = { until: 0, domains: new Set() };

module.exports = async function (user, context, cb) {
  const { DISPOSABLE_LIST_URL, DISPOSABLE_LIST_TOKEN } = context.webtask.secrets;

  if (cache.until < Date.now()) {
    const answer = await fetch(DISPOSABLE_LIST_URL, {
      headers: { authorization: `Bearer ${DISPOSABLE_LIST_TOKEN}` },
    });
    cache.domains = new Set(await answer.json());
    cache.until = Date.now() + 60 * 60 * 1000;
  }

  if (cache.domains.has(user.email.split('@')[1])) {
    return cb(new Error('Use an address that you will keep.'));
  }
  cb(null, { user });
};

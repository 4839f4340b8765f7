/**
 * Lets nobody register with an address of a provider on our list.
 */
module.exports = function (user, context, cb) {
  const blocked = context.webtask.secrets.my_var.split(',');
  const domain = user.email.split('@').pop().toLowerCase();
  if (blocked.includes(domain)) {
    return cb(new PreUserRegistrationError('Denied', 'Please use another e-mail address.'));
  }
  cb(null, { user: { app_metadata: { checked_by: context.webtask.secrets['list.version'] } } });
};

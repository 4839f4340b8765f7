module.exports = function (user, context, cb) {
  // Nothing to do yet: the sessions end by themselves.
  cb();
};

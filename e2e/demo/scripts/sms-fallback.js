/**
 * Takes over by hand when the carriers are down: writes the code to the log of
 * the test tenant and sends nothing.
 */
module.exports = function (recipient, text, context, cb) {
  console.log(`${recipient.slice(0, 4)}…: ${text.length} characters`);
  cb(null, {});
};

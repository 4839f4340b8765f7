package demo

import (
	"time"

	"hooksafe/store"
)

// The hooks.
const (
	enrich   = "enrich-user-profile"
	block    = "block-disposable-email"
	contacts = "sync-crm-contact"
	welcome  = "welcome-series"
	claims   = "add-claims-m2m"
	notify   = "notify-password-change"
	sms      = "sms-via-regional-carrier"
	spare    = "sms-fallback"
	legacy   = "legacy-welcome-mail" // deleted in the end
	pilot    = "issue-pilot-pass"    // in the other organization
	shared   = ""                    // no hook: what belongs to the organization itself
)

// claimNames take every place that a hook has.
var claimNames = []string{
	"ISSUER_KEY", "ISSUER_HINT", "CLAIM_NAMESPACE", "TENANT_PEPPER",
	"TIER_FREE_LIMIT", "TIER_TEAM_LIMIT", "TIER_SCALE_LIMIT",
	"GATEWAY_EU_KEY", "GATEWAY_US_KEY", "GATEWAY_APAC_KEY",
	"BILLING_CLIENT_ID", "BILLING_CLIENT_SECRET", "LEDGER_CLIENT_ID", "LEDGER_CLIENT_SECRET",
	"REPORTS_CLIENT_ID", "REPORTS_CLIENT_SECRET",
	"DATABASE_URL", "CACHE_URL", "ROTATION_WINDOW", "KILL_SWITCH_TOKEN",
}

// diary is what happened, oldest first. The end of the pictures is a Saturday, so
// that every fifth day back is a Monday there.
var diary = []visit{
	// The first two weeks: people come in, hooks are made.
	{day: 30, at: "08:40", who: priya, do: []deed{
		joins(mara, store.Admin), joins(jonas, store.Editor), joins(tomas, store.Editor), joins(yuki, store.Editor), joins(ines, store.Editor)}},
	{day: 30, at: "09:12", who: jonas, do: []deed{
		makes(enrich, "pre-user-registration"), saves(enrich, "enrich-user-profile.1"),
		adds(enrich, "HASH_PEPPER", "CRM_BASE_URL", "CRM_CLIENT_ID", "CRM_SECRET")}},
	{day: 30, at: "13:20", who: mara, do: []deed{reveals(enrich, "CRM_SECRET"), switches(enrich, true)}},
	{day: 29, at: "10:05", who: yuki, do: []deed{
		makes(notify, "post-change-password"), saves(notify, "notify-password-change"),
		adds(notify, "MAIL_API_URL", "MAIL_API_KEY", "MAIL_TEMPLATE"), switches(notify, true),
		adds(enrich, "SENTRY_DSN", "FEATURE_FLAG_TOKEN", "GEOIP_LICENSE")}},
	{day: 29, at: "15:41", who: tomas, do: []deed{
		adds(enrich, "BLOCKED_DOMAINS_URL", "SEGMENT_WRITE_KEY", "MAILCHECK_TOKEN"), copies(enrich, "SEGMENT_WRITE_KEY")}},
	{day: 28, at: "09:31", who: mara, do: []deed{
		renames(enrich, "CRM_SECRET", "CRM_CLIENT_SECRET"), notes(enrich, "CRM_CLIENT_SECRET", "Rotates every Monday"),
		saves(enrich, "enrich-user-profile.2")}},
	{day: 28, at: "11:02", who: priya, do: []deed{makes(claims, "credentials-exchange"), adds(claims, claimNames...)}},
	{day: 27, at: "10:15", who: priya, do: []deed{
		saves(claims, "add-claims-m2m.1"), switches(claims, true),
		notes(claims, "KILL_SWITCH_TOKEN", "Ask Priya before you use it"), notes(claims, "DATABASE_URL", "Read replica")}},
	{day: 27, at: "14:20", who: tomas, do: []deed{
		makes(legacy, "post-user-registration"), saves(legacy, "legacy-welcome-mail"),
		adds(legacy, "OLD_MAIL_URL", "OLD_MAIL_KEY", "UNSUBSCRIBE_KEY"), switches(legacy, true)}},
	{day: 27, at: "16:02", who: mara, do: []deed{adds(shared, "SMTP_PASSWORD", "TWILIO_AUTH_TOKEN")}},
	{day: 26, at: "09:50", who: jonas, do: []deed{
		makes(sms, "send-phone-message"),
		adds(sms, "CARRIER_DE_URL", "CARRIER_DE_KEY", "CARRIER_PT_URL", "CARRIER_PT_KEY", "CARRIER_WORLD_URL",
			"CARRIER_WORLD_KEY", "SENDER_NAME", "QUIET_HOURS", "RETRY_LIMIT", "CARRIER_SANDBOX_KEY")}},
	{day: 26, at: "16:05", who: tomas, do: []deed{sets(enrich, "BLOCKED_DOMAINS_URL")}},
	{day: 25, at: "08:30", who: jonas, do: []deed{sets(enrich, "CRM_CLIENT_SECRET"), reveals(enrich, "CRM_CLIENT_SECRET")}},
	{day: 25, at: "09:48", who: priya, do: []deed{adds(shared, "DATABASE_URL"), noted(shared, "API_KEY", "Partner gateway")}},
	{day: 25, at: "10:40", who: mara, do: []deed{
		makes(contacts, "post-user-registration"), saves(contacts, "sync-crm-contact.1"),
		adds(contacts, "CRM_BASE_URL", "CRM_TOKEN", "CRM_PIPELINE_ID", "LIST_ID_EU", "LIST_ID_US", "LIST_ID_APAC",
			"OWNER_EU", "OWNER_US", "OWNER_APAC", "UTM_SOURCE", "CONSENT_TEXT_ID", "DEDUPE_KEY",
			"SCORE_API_URL", "SCORE_API_KEY", "RETRY_QUEUE_URL", "RETRY_QUEUE_KEY"),
		noted(contacts, "TEAM_CHAT_URL", "Channel of the sales team"), noted(contacts, "TEAM_CHAT_TOKEN", "Expires at the end of the year"),
		switches(contacts, true)}},
	{day: 24, at: "11:15", who: tomas, do: []deed{
		duplicates(legacy, welcome),
		renames(welcome, "OLD_MAIL_URL", "MAIL_API_URL"), sets(welcome, "MAIL_API_URL"),
		renames(welcome, "OLD_MAIL_KEY", "MAIL_API_KEY"), sets(welcome, "MAIL_API_KEY"),
		adds(welcome, "MAIL_FROM", "SERIES_ID")}},
	{day: 24, at: "15:02", who: mara, do: []deed{
		noted(enrich, "CRM_PRIVATE_KEY", "28 lines"), noted(enrich, "INTERNAL_CA_BUNDLE", "3 certificates"),
		adds(enrich, "SUPPORT_INBOX_TOKEN")}},
	{day: 23, at: "17:12", who: jonas, do: []deed{
		makes(block, "pre-user-registration"), saves(block, "block-disposable-email"),
		adds(block, "DISPOSABLE_LIST_URL", "DISPOSABLE_LIST_TOKEN")}},
	{day: 22, at: "09:20", who: tomas, do: []deed{deletesHook(welcome), restoresHook(welcome)}},
	{day: 22, at: "18:05", who: priya, do: []deed{elsewhere(
		makes(pilot, "post-user-registration"), saves(pilot, "issue-pilot-pass"),
		adds(pilot, "PASS_API_URL", "PASS_SIGNING_KEY"), noted(pilot, "PRINTER_PIN", "The one beside the door"),
		switches(pilot, true), reveals(pilot, "PRINTER_PIN"), noted(shared, "PILOT_API_KEY", "Until the pilot ends"))}},

	// Four weeks of every day.
	{day: 21, at: "10:22", who: mara, do: []deed{sets(enrich, "CRM_PRIVATE_KEY")}},
	{day: 20, at: "09:03", who: tomas, do: []deed{
		sets(enrich, "CRM_CLIENT_SECRET"), reveals(enrich, "CRM_CLIENT_SECRET", "CRM_CLIENT_ID")}},
	{day: 20, at: "11:36", who: mara, do: []deed{
		noted(shared, "STRIPE_WEBHOOK_SECRET", "Shared by billing hooks"), noted(shared, "GITHUB_APP_PRIVATE_KEY", "PEM, 28 lines"),
		sets(shared, "API_KEY")}},
	{day: 20, at: "14:44", who: yuki, do: []deed{copies(notify, "MAIL_API_KEY")}},
	{day: 19, at: "11:30", who: yuki, do: []deed{reveals(enrich, "SENTRY_DSN"), sets(enrich, "GEOIP_LICENSE")}},
	{day: 19, at: "15:12", who: ines, do: []deed{reveals(enrich, "CRM_CLIENT_SECRET"), reveals(shared, "GITHUB_APP_PRIVATE_KEY")}},
	{day: 18, at: "08:55", who: priya, do: []deed{becomes(yuki, store.Viewer), copies(claims, "GATEWAY_EU_KEY")}},
	{day: 18, at: "13:10", who: jonas, do: []deed{reveals(sms, "CARRIER_PT_KEY")}},
	{day: 17, at: "10:17", who: tomas, do: []deed{sets(enrich, "BLOCKED_DOMAINS_URL"), reveals(enrich, "BLOCKED_DOMAINS_URL")}},
	{day: 16, at: "10:05", who: jonas, do: []deed{reveals(shared, "DATABASE_URL")}},
	{day: 16, at: "16:38", who: mara, do: []deed{reveals(contacts, "CRM_TOKEN", "TEAM_CHAT_TOKEN")}},
	{day: 15, at: "09:07", who: priya, do: []deed{sets(enrich, "CRM_CLIENT_SECRET"), reveals(enrich, "CRM_CLIENT_SECRET")}},
	{day: 15, at: "15:30", who: mara, do: []deed{makesKey("edge-sync", 30, "reveal:secrets")}},
	{day: 15, at: "17:05", key: "edge-sync", do: []deed{reads("API_KEY")}},
	{day: 14, at: "11:48", who: yuki, do: []deed{isDenied(enrich, "SENTRY_DSN")}},
	{day: 14, at: "13:32", who: priya, do: []deed{sets(shared, "DATABASE_URL"), sets(shared, "DATABASE_URL"), sets(shared, "SMTP_PASSWORD")}},
	{day: 14, at: "14:21", who: jonas, do: []deed{reveals(sms, "CARRIER_DE_KEY"), copies(sms, "CARRIER_DE_KEY", "CARRIER_WORLD_KEY")}},
	{day: 13, at: "15:55", who: tomas, do: []deed{copies(welcome, "MAIL_API_KEY"), reveals(welcome, "SERIES_ID", "MAIL_FROM")}},
	{day: 12, at: "09:40", who: mara, do: []deed{
		noted(enrich, "STRIPE_SIGNING_SECRET", "Live endpoint"), noted(enrich, "STRIPE_KEY", "Restricted: customers read"),
		reveals(enrich, "STRIPE_SIGNING_SECRET")}},
	{day: 11, at: "10:09", who: mara, do: []deed{renames(enrich, "STRIPE_KEY", "STRIPE_API_KEY")}},
	{day: 11, at: "17:30", who: jonas, do: []deed{copies(enrich, "STRIPE_API_KEY")}},
	{day: 11, at: "18:10", who: mara, do: []deed{sets(shared, "STRIPE_WEBHOOK_SECRET"), sets(shared, "DATABASE_URL")}},
	{day: 10, at: "08:20", who: priya, do: []deed{invites("leo@brightwater.example", store.Editor)}},
	{day: 10, at: "08:50", who: tomas, do: []deed{
		saves(welcome, "welcome-series"), sets(enrich, "CRM_CLIENT_SECRET"), reveals(enrich, "CRM_CLIENT_SECRET", "CRM_PRIVATE_KEY")}},
	{day: 9, at: "09:12", who: mara, do: []deed{
		sets(enrich, "STRIPE_SIGNING_SECRET"), notes(enrich, "STRIPE_SIGNING_SECRET", "Live endpoint, eu-west")}},
	{day: 9, at: "16:45", who: priya, do: []deed{removes(ines)}},
	{day: 8, at: "12:31", who: yuki, do: []deed{isDenied(sms, "CARRIER_WORLD_KEY")}},
	{day: 8, at: "13:45", who: tomas, mistyped: 2, do: []deed{reveals(enrich, "SEGMENT_WRITE_KEY", "HASH_PEPPER"), copies(contacts, "SCORE_API_KEY")}},
	{day: 7, at: "10:50", who: jonas, do: []deed{deletes(sms, "QUIET_HOURS"), restores(sms, "QUIET_HOURS")}},
	{day: 6, at: "14:03", who: mara, do: []deed{
		sets(enrich, "STRIPE_SIGNING_SECRET"), reveals(enrich, "STRIPE_SIGNING_SECRET"), sets(enrich, "INTERNAL_CA_BUNDLE")}},
	{day: 5, at: "08:41", who: jonas, do: []deed{
		imports(enrich, "CRM_CLIENT_SECRET", "CRM_PRIVATE_KEY"), reveals(enrich, "CRM_CLIENT_SECRET")}},
	{day: 5, at: "11:20", who: priya, do: []deed{exports}},
	{day: 5, at: "14:10", who: priya, do: []deed{
		makesKey("terraform", 0, "read:hooks", "create:hooks", "update:hooks"), makesKey("deploy-ci", 90, "read:hooks", "read:secrets", "reveal:secrets")}},
	{day: 4, at: "06:00", key: "deploy-ci", do: []deed{reads("DATABASE_URL", "SMTP_PASSWORD", "GITHUB_APP_PRIVATE_KEY")}},
	// The new mail server is refused, so the old password comes back.
	{day: 4, at: "10:20", who: mara, do: []deed{sets(shared, "SMTP_PASSWORD"), restoresVersion(shared, "SMTP_PASSWORD", 2)}},
	{day: 4, at: "15:00", who: jonas, do: []deed{
		saves(sms, "sms-via-regional-carrier"), switches(sms, true),
		makes(spare, "send-phone-message"), saves(spare, "sms-fallback")}},

	// A laptop was lost: whatever was on it is looked through and replaced.
	{day: 3, at: "06:00", key: "deploy-ci", do: []deed{reads("DATABASE_URL", "SMTP_PASSWORD")}},
	{day: 3, at: "09:02", who: mara, do: []deed{
		reveals(enrich, "STRIPE_SIGNING_SECRET"), copies(enrich, "STRIPE_SIGNING_SECRET"),
		sets(enrich, "STRIPE_SIGNING_SECRET"), sets(enrich, "STRIPE_API_KEY"), saves(enrich, "enrich-user-profile")}},
	{day: 3, at: "11:10", who: mara, do: []deed{
		atOnce(reveals(claims, claimNames...), reveals(contacts, "CRM_TOKEN", "TEAM_CHAT_TOKEN"))}},
	{day: 3, at: "12:40", who: priya, do: []deed{sets(shared, "DATABASE_URL"), sets(shared, "STRIPE_WEBHOOK_SECRET")}},
	{day: 3, at: "13:24", who: jonas, do: []deed{sets(enrich, "CRM_CLIENT_SECRET"), copies(enrich, "CRM_CLIENT_SECRET")}},
	{day: 3, at: "16:12", who: yuki, do: []deed{isDenied(claims, "DATABASE_URL")}},
	{day: 2, at: "09:26", who: tomas, do: []deed{
		deletes(enrich, "MAILCHECK_TOKEN"), deletesHook(legacy), copies(enrich, "SEGMENT_WRITE_KEY")}},
	{day: 1, at: "06:00", key: "deploy-ci", do: []deed{reads("DATABASE_URL", "GITHUB_APP_PRIVATE_KEY")}},
	{day: 1, at: "09:10", who: priya, do: []deed{sets(claims, "ISSUER_KEY"), reveals(claims, "ISSUER_KEY")}},
	{day: 1, at: "11:31", who: jonas, mistyped: 1, do: []deed{reveals(enrich, "CRM_CLIENT_SECRET"), deletes(sms, "CARRIER_SANDBOX_KEY")}},
	{day: 1, at: "15:20", who: priya, do: []deed{saves(contacts, "sync-crm-contact")}},

	// The day on which we look.
	{at: "4h30m", who: tomas, do: []deed{reveals(welcome, "SERIES_ID"), stays}},
	{at: "3h20m", key: "deploy-ci", do: []deed{again(6, 10*time.Minute, reads("DATABASE_URL"))}},
	{at: "2h10m", who: priya, do: []deed{sets(claims, "ISSUER_KEY"), saves(claims, "add-claims-m2m"), invites("amira@contractor.example", store.Viewer)}},
	{at: "1h20m", who: yuki, do: []deed{isDenied(enrich, "STRIPE_API_KEY"), isDenied(shared, "DATABASE_URL"), stays}},
	{at: "1h", key: "edge-sync", do: []deed{reads("API_KEY")}},
	{at: "50m", who: jonas, do: []deed{fromPhone, reveals(enrich, "CRM_PRIVATE_KEY")}},
	{at: "20m", who: priya, do: []deed{fromPhone, copies(enrich, "STRIPE_API_KEY"), reveals(enrich, "STRIPE_SIGNING_SECRET")}},
	{at: "4m", key: "deploy-ci", do: []deed{reads("DATABASE_URL", "STRIPE_WEBHOOK_SECRET")}},
}

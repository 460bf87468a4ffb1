CREATE TABLE `api_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`user_id` text NOT NULL,
	`key_hash` text NOT NULL,
	`list` text NOT NULL,
	`role` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	`last_used_at` text,
	`revoked_at` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_name_unique` ON `api_keys` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_key_hash_unique` ON `api_keys` (`key_hash`);--> statement-breakpoint
CREATE TABLE `organisations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organisations_name_unique` ON `organisations` (`name`);--> statement-breakpoint
CREATE TABLE `second_factors` (
	`id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`backup_codes` text NOT NULL,
	`user_id` text NOT NULL,
	`verified` integer DEFAULT false NOT NULL,
	`failed_verification_count` integer DEFAULT 0 NOT NULL,
	`locked_until` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `second_factors_user` ON `second_factors` (`user_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`token` text NOT NULL,
	`user_id` text NOT NULL,
	`expires_at` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`ip_address` text,
	`user_agent` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_unique` ON `sessions` (`token`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `sign_in_challenges` (
	`id` text PRIMARY KEY NOT NULL,
	`identifier` text NOT NULL,
	`value` text NOT NULL,
	`expires_at` text NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sign_in_challenges_identifier` ON `sign_in_challenges` (`identifier`);--> statement-breakpoint
CREATE TABLE `sign_in_ways` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`provider_id` text NOT NULL,
	`user_id` text NOT NULL,
	`password` text,
	`access_token` text,
	`refresh_token` text,
	`id_token` text,
	`access_token_expires_at` text,
	`refresh_token_expires_at` text,
	`scope` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sign_in_ways_user` ON `sign_in_ways` (`user_id`);--> statement-breakpoint
CREATE TABLE `user_roles` (
	`user_id` text NOT NULL,
	`list` text NOT NULL,
	`role` text NOT NULL,
	PRIMARY KEY(`user_id`, `list`, `role`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`sign_in` text NOT NULL,
	`contact` text,
	`organisation_id` integer NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`invitation_hash` text,
	`invited_until` text,
	`email_verified` integer DEFAULT false NOT NULL,
	`second_factor` integer DEFAULT false NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`disabled_at` text,
	FOREIGN KEY (`organisation_id`) REFERENCES `organisations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_sign_in_unique` ON `users` (`sign_in`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_contact_unique` ON `users` (`contact`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_invitation_hash_unique` ON `users` (`invitation_hash`);--> statement-breakpoint
-- Whatever is recorded under a name means the same person for ever.
CREATE TRIGGER `organisations_no_update` BEFORE UPDATE ON `organisations` BEGIN SELECT RAISE(ABORT, 'append-only: organisations'); END;
--> statement-breakpoint
CREATE TRIGGER `organisations_no_delete` BEFORE DELETE ON `organisations` BEGIN SELECT RAISE(ABORT, 'append-only: organisations'); END;
--> statement-breakpoint
CREATE TRIGGER `users_no_delete` BEFORE DELETE ON `users` BEGIN SELECT RAISE(ABORT, 'append-only: users'); END;
--> statement-breakpoint
CREATE TRIGGER `users_same_name` BEFORE UPDATE ON `users`
WHEN NEW.id IS NOT OLD.id OR NEW.name IS NOT OLD.name OR NEW.sign_in IS NOT OLD.sign_in OR NEW.created_at IS NOT OLD.created_at
BEGIN SELECT RAISE(ABORT, 'append-only: users'); END;
--> statement-breakpoint
CREATE TRIGGER `api_keys_no_delete` BEFORE DELETE ON `api_keys` BEGIN SELECT RAISE(ABORT, 'append-only: api_keys'); END;
--> statement-breakpoint
-- A key is used and revoked, never widened or brought back.
CREATE TRIGGER `api_keys_only_end` BEFORE UPDATE ON `api_keys`
WHEN NOT (
	NEW.id IS OLD.id AND NEW.name IS OLD.name AND NEW.user_id IS OLD.user_id AND NEW.key_hash IS OLD.key_hash
	AND NEW.list IS OLD.list AND NEW.role IS OLD.role AND NEW.created_at IS OLD.created_at AND NEW.expires_at IS OLD.expires_at
	AND (OLD.revoked_at IS NULL OR NEW.revoked_at IS OLD.revoked_at)
)
BEGIN SELECT RAISE(ABORT, 'append-only: api_keys'); END;
--> statement-breakpoint
-- Nobody who is disabled is signed in, whoever asks for it.
CREATE TRIGGER `sessions_of_active` BEFORE INSERT ON `sessions`
WHEN (SELECT status FROM users WHERE id = NEW.user_id) IS NOT 'active'
BEGIN SELECT RAISE(ABORT, 'disabled: users'); END;

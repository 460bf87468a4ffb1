CREATE TABLE `passkeys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` text NOT NULL,
	`credential_id` text NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`name` text NOT NULL,
	`created_at` text NOT NULL,
	`last_used_at` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `passkeys_credential_id_unique` ON `passkeys` (`credential_id`);--> statement-breakpoint
CREATE INDEX `passkeys_user` ON `passkeys` (`user_id`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `means` text DEFAULT 'password' NOT NULL;--> statement-breakpoint
-- By what a session was begun stays true of it.
CREATE TRIGGER `sessions_same_means` BEFORE UPDATE ON `sessions`
WHEN NEW.user_id IS NOT OLD.user_id OR NEW.means IS NOT OLD.means
BEGIN SELECT RAISE(ABORT, 'append-only: sessions'); END;
--> statement-breakpoint
-- A passkey is used and removed; it never becomes another's or another, and its counter never goes back.
CREATE TRIGGER `passkeys_same_key` BEFORE UPDATE ON `passkeys`
WHEN NOT (
	NEW.id IS OLD.id AND NEW.user_id IS OLD.user_id AND NEW.credential_id IS OLD.credential_id AND NEW.public_key IS OLD.public_key
	AND NEW.transports IS OLD.transports AND NEW.name IS OLD.name AND NEW.created_at IS OLD.created_at AND NEW.counter >= OLD.counter
)
BEGIN SELECT RAISE(ABORT, 'append-only: passkeys'); END;

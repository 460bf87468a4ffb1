CREATE TABLE `restorations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`serial` integer NOT NULL,
	`at` text NOT NULL,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `subscriber_keys` (
	`name` text PRIMARY KEY NOT NULL,
	`subscriber_id` integer NOT NULL,
	`algorithm` text NOT NULL,
	`secret` text NOT NULL,
	`created_at` text NOT NULL,
	`until` text,
	`revoked_at` text,
	FOREIGN KEY (`subscriber_id`) REFERENCES `subscribers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `subscriber_keys_subscriber` ON `subscriber_keys` (`subscriber_id`);--> statement-breakpoint
ALTER TABLE `subscribers` ADD `transfer` text DEFAULT 'tsig' NOT NULL;--> statement-breakpoint
ALTER TABLE `subscribers` ADD `networks` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `subscribers` ADD `notify` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `subscribers` ADD `catalog_serial` integer DEFAULT 1 NOT NULL;
CREATE TABLE `decisions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`act` text NOT NULL,
	`reference` text NOT NULL,
	`category` text NOT NULL,
	`reason` text NOT NULL,
	`legal_basis` text NOT NULL,
	`evidence` text NOT NULL,
	`proposer` text NOT NULL,
	`decided_by` text NOT NULL,
	`decided_at` text NOT NULL,
	`urgent` integer NOT NULL,
	`review_on` text,
	`expires_on` text,
	`added` integer NOT NULL,
	`retired` integer NOT NULL,
	`amended` integer NOT NULL,
	`source_name` text,
	`source_sha256` text,
	`source_accepted` integer,
	`source_refused` integer,
	`override_reason` text,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `decisions_list` ON `decisions` (`list_id`);--> statement-breakpoint
CREATE TABLE `entries` (
	`id` integer PRIMARY KEY NOT NULL,
	`list_id` integer NOT NULL,
	`value` text NOT NULL,
	`kind` text NOT NULL,
	`action` text NOT NULL,
	`category` text NOT NULL,
	`reference` text NOT NULL,
	`added_by` integer NOT NULL,
	`retired_by` integer,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`added_by`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`retired_by`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entries_live` ON `entries` (`list_id`,`value`,`kind`) WHERE retired_by IS NULL;--> statement-breakpoint
CREATE INDEX `entries_added` ON `entries` (`list_id`,`added_by`);--> statement-breakpoint
CREATE INDEX `entries_retired` ON `entries` (`list_id`,`retired_by`) WHERE retired_by IS NOT NULL;--> statement-breakpoint
CREATE INDEX `entries_past` ON `entries` (`value`) WHERE retired_by IS NOT NULL;--> statement-breakpoint
CREATE TABLE `list_definitions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`definition` text NOT NULL,
	`applied_at` text NOT NULL,
	`actor` text NOT NULL,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `list_definitions_list` ON `list_definitions` (`list_id`);--> statement-breakpoint
CREATE TABLE `lists` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` text NOT NULL,
	`place` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `lists_list_id_unique` ON `lists` (`list_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `lists_place_unique` ON `lists` (`place`);--> statement-breakpoint
CREATE TABLE `metadata` (
	`role` text NOT NULL,
	`version` integer NOT NULL,
	`bytes` blob NOT NULL,
	`expires_at` text NOT NULL,
	PRIMARY KEY(`role`, `version`)
);
--> statement-breakpoint
CREATE TABLE `publications` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`serial` integer NOT NULL,
	`state` text NOT NULL,
	`entries` integer NOT NULL,
	`added` integer NOT NULL,
	`removed` integer NOT NULL,
	`decision` integer NOT NULL,
	`definition_id` integer NOT NULL,
	`published_at` text NOT NULL,
	`override_reason` text,
	`actor` text NOT NULL,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`definition_id`) REFERENCES `list_definitions`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "publications_serial_range" CHECK(serial BETWEEN 1 AND 4294967295)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `publications_serial` ON `publications` (`list_id`,`serial`);--> statement-breakpoint
CREATE TABLE `subscribers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`old_token_hash` text,
	`old_token_until` text,
	`lists` text NOT NULL,
	`created_at` text NOT NULL,
	`rotated_at` text,
	`revoked_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscribers_name_unique` ON `subscribers` (`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `subscribers_token_hash_unique` ON `subscribers` (`token_hash`);
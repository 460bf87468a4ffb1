CREATE TABLE `register_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`actor` text NOT NULL,
	`reason` text NOT NULL,
	`at` text NOT NULL,
	`added` integer NOT NULL,
	`removed` integer NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `register_rows` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`change_id` integer NOT NULL,
	`is_removed` integer NOT NULL,
	`value` text NOT NULL,
	`purpose` text NOT NULL,
	`scope` text NOT NULL,
	`reason` text NOT NULL,
	`source` text NOT NULL,
	FOREIGN KEY (`change_id`) REFERENCES `register_changes`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `register_rows_change` ON `register_rows` (`change_id`);--> statement-breakpoint
CREATE INDEX `register_rows_value` ON `register_rows` (`value`);
--> statement-breakpoint
CREATE TRIGGER `register_changes_no_update` BEFORE UPDATE ON `register_changes` BEGIN SELECT RAISE(ABORT, 'append-only: register_changes'); END;
--> statement-breakpoint
CREATE TRIGGER `register_changes_no_delete` BEFORE DELETE ON `register_changes` BEGIN SELECT RAISE(ABORT, 'append-only: register_changes'); END;
--> statement-breakpoint
CREATE TRIGGER `register_rows_no_update` BEFORE UPDATE ON `register_rows` BEGIN SELECT RAISE(ABORT, 'append-only: register_rows'); END;
--> statement-breakpoint
CREATE TRIGGER `register_rows_no_delete` BEFORE DELETE ON `register_rows` BEGIN SELECT RAISE(ABORT, 'append-only: register_rows'); END;

CREATE TABLE `log_batch` (
	`id` integer PRIMARY KEY NOT NULL,
	`size` integer NOT NULL,
	`begun_at` text NOT NULL,
	`body` text NOT NULL,
	CONSTRAINT "log_batch_single" CHECK("log_batch"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE `log_checkpoints` (
	`size` integer PRIMARY KEY NOT NULL,
	`root` blob NOT NULL,
	`note` blob NOT NULL,
	`sealed_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `log_leaves` (
	`index` integer PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`number` integer NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `log_leaves_named` ON `log_leaves` (`kind`,`name`,`number`);--> statement-breakpoint
CREATE TABLE `log_policies` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`policy` text NOT NULL,
	`applied_at` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `manifests` (
	`list_id` integer NOT NULL,
	`serial` integer NOT NULL,
	`manifest` blob NOT NULL,
	`basis` text NOT NULL,
	`salt` blob NOT NULL,
	PRIMARY KEY(`list_id`, `serial`),
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `sweeps` (
	`role` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER `log_leaves_no_update` BEFORE UPDATE ON `log_leaves` BEGIN SELECT RAISE(ABORT, 'append-only: log_leaves'); END;
--> statement-breakpoint
CREATE TRIGGER `log_leaves_no_delete` BEFORE DELETE ON `log_leaves` BEGIN SELECT RAISE(ABORT, 'append-only: log_leaves'); END;
--> statement-breakpoint
CREATE TRIGGER `log_checkpoints_no_update` BEFORE UPDATE ON `log_checkpoints` BEGIN SELECT RAISE(ABORT, 'append-only: log_checkpoints'); END;
--> statement-breakpoint
CREATE TRIGGER `log_checkpoints_no_delete` BEFORE DELETE ON `log_checkpoints` BEGIN SELECT RAISE(ABORT, 'append-only: log_checkpoints'); END;
--> statement-breakpoint
CREATE TRIGGER `log_policies_no_update` BEFORE UPDATE ON `log_policies` BEGIN SELECT RAISE(ABORT, 'append-only: log_policies'); END;
--> statement-breakpoint
CREATE TRIGGER `log_policies_no_delete` BEFORE DELETE ON `log_policies` BEGIN SELECT RAISE(ABORT, 'append-only: log_policies'); END;
--> statement-breakpoint
CREATE TRIGGER `manifests_no_update` BEFORE UPDATE ON `manifests` BEGIN SELECT RAISE(ABORT, 'append-only: manifests'); END;
--> statement-breakpoint
CREATE TRIGGER `manifests_no_delete` BEFORE DELETE ON `manifests` BEGIN SELECT RAISE(ABORT, 'append-only: manifests'); END;

CREATE TABLE `entry_dates` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`decision_id` integer NOT NULL,
	`entry_id` integer,
	`review_on` text,
	`expires_on` text,
	`review_id` integer NOT NULL,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entry_id`) REFERENCES `entries`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`review_id`) REFERENCES `reviews`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `entry_dates_decision` ON `entry_dates` (`decision_id`,`entry_id`);--> statement-breakpoint
CREATE INDEX `entry_dates_entry` ON `entry_dates` (`entry_id`) WHERE entry_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `name_checks` (
	`entry_id` integer PRIMARY KEY NOT NULL,
	`asked_at` text NOT NULL,
	`gone_since` text,
	FOREIGN KEY (`entry_id`) REFERENCES `entries`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `review_acts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`review_id` integer NOT NULL,
	`act` text NOT NULL,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`outcome` text,
	`reason` text NOT NULL,
	`review_on` text,
	`expires_on` text,
	`decision_id` integer,
	FOREIGN KEY (`review_id`) REFERENCES `reviews`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `review_acts_review` ON `review_acts` (`review_id`);--> statement-breakpoint
CREATE TABLE `reviews` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`cause` text NOT NULL,
	`decision_id` integer NOT NULL,
	`entry_id` integer,
	`about_on` text,
	`opened_at` text NOT NULL,
	`opened_by` text NOT NULL,
	`due_on` text NOT NULL,
	`note` text NOT NULL,
	`done_at` text,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entry_id`) REFERENCES `entries`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_day` ON `reviews` (`decision_id`,`cause`,`about_on`) WHERE about_on IS NOT NULL AND entry_id IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_day_entry` ON `reviews` (`entry_id`,`cause`,`about_on`) WHERE about_on IS NOT NULL AND entry_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_open` ON `reviews` (`decision_id`,`cause`) WHERE done_at IS NULL AND entry_id IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `reviews_open_entry` ON `reviews` (`entry_id`,`cause`) WHERE done_at IS NULL AND entry_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `reviews_waiting` ON `reviews` (`list_id`,`cause`,`due_on`) WHERE done_at IS NULL;--> statement-breakpoint
CREATE INDEX `reviews_list` ON `reviews` (`list_id`);--> statement-breakpoint
CREATE INDEX `decisions_mirror` ON `decisions` (`list_id`) WHERE act = 'mirror';--> statement-breakpoint
CREATE INDEX `entries_held` ON `entries` (`list_id`,`added_by`) WHERE retired_by IS NULL;--> statement-breakpoint
-- What was asked, answered and granted stays. The one change there is: a review is done, once.
CREATE TRIGGER `reviews_no_delete` BEFORE DELETE ON `reviews` BEGIN SELECT RAISE(ABORT, 'append-only: reviews'); END;
--> statement-breakpoint
CREATE TRIGGER `reviews_done_once` BEFORE UPDATE ON `reviews`
WHEN NOT (
	OLD.done_at IS NULL AND NEW.done_at IS NOT NULL
	AND NEW.id IS OLD.id AND NEW.list_id IS OLD.list_id AND NEW.cause IS OLD.cause AND NEW.decision_id IS OLD.decision_id
	AND NEW.entry_id IS OLD.entry_id AND NEW.about_on IS OLD.about_on AND NEW.opened_at IS OLD.opened_at
	AND NEW.opened_by IS OLD.opened_by AND NEW.due_on IS OLD.due_on AND NEW.note IS OLD.note
)
BEGIN SELECT RAISE(ABORT, 'append-only: reviews'); END;
--> statement-breakpoint
CREATE TRIGGER `review_acts_no_update` BEFORE UPDATE ON `review_acts` BEGIN SELECT RAISE(ABORT, 'append-only: review_acts'); END;
--> statement-breakpoint
CREATE TRIGGER `review_acts_no_delete` BEFORE DELETE ON `review_acts` BEGIN SELECT RAISE(ABORT, 'append-only: review_acts'); END;
--> statement-breakpoint
CREATE TRIGGER `entry_dates_no_update` BEFORE UPDATE ON `entry_dates` BEGIN SELECT RAISE(ABORT, 'append-only: entry_dates'); END;
--> statement-breakpoint
CREATE TRIGGER `entry_dates_no_delete` BEFORE DELETE ON `entry_dates` BEGIN SELECT RAISE(ABORT, 'append-only: entry_dates'); END;

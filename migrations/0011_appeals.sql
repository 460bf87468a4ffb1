CREATE TABLE `appeal_acts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`appeal_id` integer NOT NULL,
	`act` text NOT NULL,
	`actor` text NOT NULL,
	`organisation` text NOT NULL,
	`at` text NOT NULL,
	`text` text NOT NULL,
	`is_public` integer NOT NULL,
	`list_id` integer,
	`decision_id` integer,
	FOREIGN KEY (`appeal_id`) REFERENCES `appeals`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "appeal_acts_decision" CHECK((act = 'retired') = (decision_id IS NOT NULL) AND (decision_id IS NULL OR list_id IS NOT NULL))
);
--> statement-breakpoint
CREATE INDEX `appeal_acts_appeal` ON `appeal_acts` (`appeal_id`);--> statement-breakpoint
CREATE INDEX `appeal_acts_outcome` ON `appeal_acts` (`act`) WHERE act IN ('accepted', 'partly-accepted', 'refused');--> statement-breakpoint
CREATE TABLE `appeals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`code_hash` text NOT NULL,
	`about` text NOT NULL,
	`grounds` text NOT NULL,
	`contact` text NOT NULL,
	`opened_at` text NOT NULL,
	`due_on` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `appeals_code` ON `appeals` (`code_hash`);--> statement-breakpoint
CREATE INDEX `entries_reference` ON `entries` (`reference`) WHERE reference <> '-';--> statement-breakpoint
-- Nothing that was handed in or done changes or goes.
CREATE TRIGGER `appeals_no_update` BEFORE UPDATE ON `appeals` BEGIN SELECT RAISE(ABORT, 'append-only: appeals'); END;
--> statement-breakpoint
CREATE TRIGGER `appeals_no_delete` BEFORE DELETE ON `appeals` BEGIN SELECT RAISE(ABORT, 'append-only: appeals'); END;
--> statement-breakpoint
CREATE TRIGGER `appeal_acts_no_update` BEFORE UPDATE ON `appeal_acts` BEGIN SELECT RAISE(ABORT, 'append-only: appeal_acts'); END;
--> statement-breakpoint
CREATE TRIGGER `appeal_acts_no_delete` BEFORE DELETE ON `appeal_acts` BEGIN SELECT RAISE(ABORT, 'append-only: appeal_acts'); END;
--> statement-breakpoint
-- A case begins by its opening, once; after its outcome nothing more comes.
CREATE TRIGGER `appeal_acts_in_order` BEFORE INSERT ON `appeal_acts`
WHEN (NEW.act = 'opened') = EXISTS (SELECT 1 FROM appeal_acts WHERE appeal_id = NEW.appeal_id)
	OR EXISTS (SELECT 1 FROM appeal_acts WHERE appeal_id = NEW.appeal_id AND act IN ('accepted', 'partly-accepted', 'refused'))
BEGIN SELECT RAISE(ABORT, 'append-only: appeal_acts'); END;

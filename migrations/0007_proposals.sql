CREATE TABLE `proposal_acts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`proposal_id` integer NOT NULL,
	`act` text NOT NULL,
	`actor` text NOT NULL,
	`organisation` text NOT NULL,
	`at` text NOT NULL,
	`revision` integer NOT NULL,
	`text` text NOT NULL,
	`counts` integer NOT NULL,
	`acknowledged` text NOT NULL,
	`findings` text,
	`whom` text,
	`decision_id` integer,
	FOREIGN KEY (`proposal_id`) REFERENCES `proposals`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `proposal_acts_proposal` ON `proposal_acts` (`proposal_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `proposal_acts_decision` ON `proposal_acts` (`decision_id`);--> statement-breakpoint
CREATE TABLE `proposal_entries` (
	`proposal_id` integer NOT NULL,
	`revision` integer NOT NULL,
	`value` text NOT NULL,
	`kind` text NOT NULL,
	`change` text NOT NULL,
	`action` text NOT NULL,
	`category` text NOT NULL,
	`reference` text NOT NULL,
	PRIMARY KEY(`proposal_id`, `revision`, `change`, `value`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `proposal_revisions` (
	`proposal_id` integer NOT NULL,
	`revision` integer NOT NULL,
	`definition_id` integer NOT NULL,
	`reason` text NOT NULL,
	`legal_basis` text NOT NULL,
	`evidence` text NOT NULL,
	`evidence_sha256` text NOT NULL,
	`category` text NOT NULL,
	`reference` text NOT NULL,
	`urgent` integer NOT NULL,
	`source_name` text,
	`source_sha256` text,
	`source_accepted` integer,
	`source_refused` integer,
	`shrink_reason` text,
	`added` integer NOT NULL,
	`retired` integer NOT NULL,
	`amended` integer NOT NULL,
	`lines_of` integer NOT NULL,
	`digest` text NOT NULL,
	PRIMARY KEY(`proposal_id`, `revision`),
	FOREIGN KEY (`proposal_id`) REFERENCES `proposals`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`definition_id`) REFERENCES `list_definitions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `proposals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`act` text NOT NULL,
	`opened_at` text NOT NULL,
	`state` text DEFAULT 'open' NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`assignee` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `proposals_state` ON `proposals` (`state`,`list_id`);--> statement-breakpoint
CREATE INDEX `proposals_list` ON `proposals` (`list_id`);--> statement-breakpoint
-- Nothing that was proposed or done changes or goes.
CREATE TRIGGER `proposals_no_delete` BEFORE DELETE ON `proposals` BEGIN SELECT RAISE(ABORT, 'append-only: proposals'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_revisions_no_update` BEFORE UPDATE ON `proposal_revisions` BEGIN SELECT RAISE(ABORT, 'append-only: proposal_revisions'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_revisions_no_delete` BEFORE DELETE ON `proposal_revisions` BEGIN SELECT RAISE(ABORT, 'append-only: proposal_revisions'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_entries_no_update` BEFORE UPDATE ON `proposal_entries` BEGIN SELECT RAISE(ABORT, 'append-only: proposal_entries'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_entries_no_delete` BEFORE DELETE ON `proposal_entries` BEGIN SELECT RAISE(ABORT, 'append-only: proposal_entries'); END;
--> statement-breakpoint
-- The lines come first, then their revision: no line comes to what somebody may have read.
CREATE TRIGGER `proposal_entries_before_revision` BEFORE INSERT ON `proposal_entries`
WHEN EXISTS (SELECT 1 FROM proposal_revisions WHERE proposal_id = NEW.proposal_id AND revision = NEW.revision)
BEGIN SELECT RAISE(ABORT, 'append-only: proposal_entries'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_acts_no_update` BEFORE UPDATE ON `proposal_acts` BEGIN SELECT RAISE(ABORT, 'append-only: proposal_acts'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_acts_no_delete` BEFORE DELETE ON `proposal_acts` BEGIN SELECT RAISE(ABORT, 'append-only: proposal_acts'); END;
--> statement-breakpoint
-- An act is on an open proposal, at its newest revision; a proposal begins with its first act, and what is settled has had its last.
CREATE TRIGGER `proposal_acts_in_order` BEFORE INSERT ON `proposal_acts`
WHEN NOT EXISTS (
	SELECT 1 FROM proposals WHERE id = NEW.proposal_id AND state = 'open'
	AND NEW.revision = revision + (NEW.act = 'changed')
	AND (NEW.act = 'proposed') = NOT EXISTS (SELECT 1 FROM proposal_acts WHERE proposal_id = NEW.proposal_id)
	AND (NEW.act = 'decided') = (NEW.decision_id IS NOT NULL)
	AND EXISTS (SELECT 1 FROM proposal_revisions AS made WHERE made.proposal_id = NEW.proposal_id AND made.revision = NEW.revision)
)
BEGIN SELECT RAISE(ABORT, 'append-only: proposal_acts'); END;
--> statement-breakpoint
-- Where a proposal stands follows from its newest act, and from nothing else.
CREATE TRIGGER `proposals_follow_acts` BEFORE UPDATE ON `proposals`
WHEN NOT (
	OLD.state = 'open' AND NEW.id IS OLD.id AND NEW.list_id IS OLD.list_id AND NEW.act IS OLD.act AND NEW.opened_at IS OLD.opened_at
	AND EXISTS (
		SELECT 1 FROM proposal_acts AS newest
		WHERE newest.id = (SELECT max(id) FROM proposal_acts WHERE proposal_id = OLD.id)
		AND NEW.revision IS newest.revision
		AND NEW.state IS (CASE WHEN newest.act IN ('decided', 'rejected', 'withdrawn', 'overtaken') THEN newest.act ELSE 'open' END)
		AND NEW.assignee IS (CASE WHEN newest.act = 'assigned' THEN newest.whom ELSE OLD.assignee END)
	)
)
BEGIN SELECT RAISE(ABORT, 'append-only: proposals'); END;
--> statement-breakpoint
CREATE TRIGGER `proposal_acts_move` AFTER INSERT ON `proposal_acts`
WHEN NEW.act IN ('changed', 'assigned', 'decided', 'rejected', 'withdrawn', 'overtaken')
BEGIN
	UPDATE proposals SET
		state = CASE WHEN NEW.act IN ('changed', 'assigned') THEN 'open' ELSE NEW.act END,
		revision = NEW.revision,
		assignee = CASE WHEN NEW.act = 'assigned' THEN NEW.whom ELSE assignee END
	WHERE id = NEW.proposal_id;
END;

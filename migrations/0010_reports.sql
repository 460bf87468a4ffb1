CREATE TABLE `report_acts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`report_id` integer NOT NULL,
	`act` text NOT NULL,
	`actor` text NOT NULL,
	`organisation` text NOT NULL,
	`at` text NOT NULL,
	`text` text NOT NULL,
	`proposal_id` integer,
	`decision_id` integer,
	FOREIGN KEY (`report_id`) REFERENCES `reports`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`proposal_id`) REFERENCES `proposals`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "report_acts_outcome" CHECK(CASE WHEN act = 'proposed' THEN (proposal_id IS NULL) <> (decision_id IS NULL) ELSE proposal_id IS NULL AND decision_id IS NULL END)
);
--> statement-breakpoint
CREATE INDEX `report_acts_report` ON `report_acts` (`report_id`);--> statement-breakpoint
CREATE TABLE `reports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`list_id` integer NOT NULL,
	`organisation` text NOT NULL,
	`reporter` text NOT NULL,
	`external_id` text NOT NULL,
	`value` text NOT NULL,
	`kind` text NOT NULL,
	`category` text NOT NULL,
	`reason` text NOT NULL,
	`evidence` text NOT NULL,
	`evidence_sha256` text NOT NULL,
	`content` text NOT NULL,
	`at` text NOT NULL,
	`found` text NOT NULL,
	`found_entry` text NOT NULL,
	`found_decision` integer,
	`found_proposal` integer,
	`state` text NOT NULL,
	`proposal_id` integer,
	FOREIGN KEY (`list_id`) REFERENCES `lists`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`found_decision`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`found_proposal`) REFERENCES `proposals`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`proposal_id`) REFERENCES `proposals`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "reports_found" CHECK((found = 'listed') = (found_decision IS NOT NULL) AND (found = 'proposed') = (found_proposal IS NOT NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reports_own_id` ON `reports` (`organisation`,`external_id`);--> statement-breakpoint
CREATE INDEX `reports_value` ON `reports` (`list_id`,`value`,`kind`);--> statement-breakpoint
CREATE INDEX `reports_state` ON `reports` (`list_id`,`state`);--> statement-breakpoint
CREATE INDEX `reports_organisation` ON `reports` (`organisation`,`state`);--> statement-breakpoint
CREATE INDEX `reports_proposal` ON `reports` (`proposal_id`) WHERE proposal_id IS NOT NULL;--> statement-breakpoint
-- Where a report stands follows from its newest act and from the state of the proposal that it led to, or found, and from nothing else. A
-- proposal that ended otherwise than by an answer, or without this value, has not answered it.
CREATE VIEW `report_standings` AS
SELECT report.id AS id, proposal.id AS proposal_id, CASE
	WHEN newest.act IN ('withdrawn', 'rejected') THEN newest.act
	WHEN newest.decision_id IS NOT NULL THEN 'listed'
	WHEN newest.act IS NULL AND report.found = 'listed' THEN 'duplicate'
	WHEN proposal.state = 'open' AND newest.act IS NULL THEN 'joined'
	WHEN proposal.state = 'open' THEN 'proposed'
	WHEN proposal.state = 'rejected' THEN 'rejected'
	WHEN proposal.state = 'decided' AND EXISTS (
		SELECT 1 FROM proposal_revisions AS made JOIN proposal_entries AS line
		ON line.proposal_id = made.proposal_id AND line.revision = made.lines_of AND line.change = 'add' AND line.value = report.value
		WHERE made.proposal_id = proposal.id AND made.revision = proposal.revision
	) THEN 'listed'
	ELSE 'open' END AS state
FROM reports AS report
LEFT JOIN report_acts AS newest ON newest.id = (SELECT max(id) FROM report_acts WHERE report_id = report.id)
LEFT JOIN proposals AS proposal ON proposal.id = CASE WHEN newest.act IS NULL THEN report.found_proposal ELSE newest.proposal_id END;
--> statement-breakpoint
-- Nothing that was received or done changes or goes.
CREATE TRIGGER `reports_no_delete` BEFORE DELETE ON `reports` BEGIN SELECT RAISE(ABORT, 'append-only: reports'); END;
--> statement-breakpoint
CREATE TRIGGER `reports_begin` BEFORE INSERT ON `reports`
WHEN NOT (
	NEW.state IS (CASE NEW.found WHEN 'listed' THEN 'duplicate' WHEN 'proposed' THEN 'joined' ELSE 'open' END)
	AND NEW.proposal_id IS NEW.found_proposal
	AND (NEW.found_proposal IS NULL OR EXISTS (SELECT 1 FROM proposals WHERE id = NEW.found_proposal AND state = 'open'))
)
BEGIN SELECT RAISE(ABORT, 'append-only: reports'); END;
--> statement-breakpoint
CREATE TRIGGER `reports_follow` BEFORE UPDATE ON `reports`
WHEN NOT (
	NEW.id IS OLD.id AND NEW.list_id IS OLD.list_id AND NEW.organisation IS OLD.organisation AND NEW.reporter IS OLD.reporter
	AND NEW.external_id IS OLD.external_id AND NEW.value IS OLD.value AND NEW.kind IS OLD.kind AND NEW.category IS OLD.category
	AND NEW.reason IS OLD.reason AND NEW.evidence IS OLD.evidence AND NEW.evidence_sha256 IS OLD.evidence_sha256
	AND NEW.content IS OLD.content AND NEW.at IS OLD.at AND NEW.found IS OLD.found AND NEW.found_entry IS OLD.found_entry
	AND NEW.found_decision IS OLD.found_decision AND NEW.found_proposal IS OLD.found_proposal
	AND EXISTS (SELECT 1 FROM report_standings AS now WHERE now.id = OLD.id AND now.state IS NEW.state AND now.proposal_id IS NEW.proposal_id)
)
BEGIN SELECT RAISE(ABORT, 'append-only: reports'); END;
--> statement-breakpoint
CREATE TRIGGER `report_acts_no_update` BEFORE UPDATE ON `report_acts` BEGIN SELECT RAISE(ABORT, 'append-only: report_acts'); END;
--> statement-breakpoint
CREATE TRIGGER `report_acts_no_delete` BEFORE DELETE ON `report_acts` BEGIN SELECT RAISE(ABORT, 'append-only: report_acts'); END;
--> statement-breakpoint
-- An act is on a report that waits; who has reported may also take back what found a proposal.
CREATE TRIGGER `report_acts_in_order` BEFORE INSERT ON `report_acts`
WHEN NOT EXISTS (
	SELECT 1 FROM reports WHERE id = NEW.report_id AND (state = 'open' OR (state = 'joined' AND NEW.act = 'withdrawn'))
)
BEGIN SELECT RAISE(ABORT, 'append-only: report_acts'); END;
--> statement-breakpoint
CREATE TRIGGER `report_acts_move` AFTER INSERT ON `report_acts`
BEGIN
	UPDATE reports SET (state, proposal_id) = (SELECT state, proposal_id FROM report_standings AS now WHERE now.id = NEW.report_id)
	WHERE id = NEW.report_id;
END;
--> statement-breakpoint
CREATE TRIGGER `reports_follow_proposal` AFTER UPDATE OF state ON `proposals`
WHEN NEW.state IS NOT OLD.state
BEGIN
	UPDATE reports SET state = (SELECT state FROM report_standings AS now WHERE now.id = reports.id)
	WHERE proposal_id = NEW.id AND state IN ('joined', 'proposed');
END;

CREATE TABLE `events` (
	`number` integer PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`act` text NOT NULL,
	`subject` text NOT NULL,
	`previous` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_act` ON `events` (`act`);--> statement-breakpoint
-- Nothing of the chain changes or goes, and only what follows its last event comes: no two writers can fork it.
CREATE TRIGGER `events_no_update` BEFORE UPDATE ON `events` BEGIN SELECT RAISE(ABORT, 'append-only: events'); END;
--> statement-breakpoint
CREATE TRIGGER `events_no_delete` BEFORE DELETE ON `events` BEGIN SELECT RAISE(ABORT, 'append-only: events'); END;
--> statement-breakpoint
CREATE TRIGGER `events_in_order` BEFORE INSERT ON `events`
WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM events)
	OR NEW.previous IS NOT coalesce((SELECT hash FROM events ORDER BY number DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'append-only: events'); END;

-- History is append-only. The one change there is: an entry is retired, once.
CREATE TRIGGER `lists_no_update` BEFORE UPDATE ON `lists` BEGIN SELECT RAISE(ABORT, 'append-only: lists'); END;
--> statement-breakpoint
CREATE TRIGGER `lists_no_delete` BEFORE DELETE ON `lists` BEGIN SELECT RAISE(ABORT, 'append-only: lists'); END;
--> statement-breakpoint
CREATE TRIGGER `list_definitions_no_update` BEFORE UPDATE ON `list_definitions` BEGIN SELECT RAISE(ABORT, 'append-only: list_definitions'); END;
--> statement-breakpoint
CREATE TRIGGER `list_definitions_no_delete` BEFORE DELETE ON `list_definitions` BEGIN SELECT RAISE(ABORT, 'append-only: list_definitions'); END;
--> statement-breakpoint
CREATE TRIGGER `decisions_no_update` BEFORE UPDATE ON `decisions` BEGIN SELECT RAISE(ABORT, 'append-only: decisions'); END;
--> statement-breakpoint
CREATE TRIGGER `decisions_no_delete` BEFORE DELETE ON `decisions` BEGIN SELECT RAISE(ABORT, 'append-only: decisions'); END;
--> statement-breakpoint
CREATE TRIGGER `publications_no_update` BEFORE UPDATE ON `publications` BEGIN SELECT RAISE(ABORT, 'append-only: publications'); END;
--> statement-breakpoint
CREATE TRIGGER `publications_no_delete` BEFORE DELETE ON `publications` BEGIN SELECT RAISE(ABORT, 'append-only: publications'); END;
--> statement-breakpoint
CREATE TRIGGER `entries_no_delete` BEFORE DELETE ON `entries` BEGIN SELECT RAISE(ABORT, 'append-only: entries'); END;
--> statement-breakpoint
CREATE TRIGGER `entries_retire_once` BEFORE UPDATE ON `entries`
WHEN NOT (
	OLD.retired_by IS NULL AND NEW.retired_by IS NOT NULL AND NEW.retired_by >= OLD.added_by
	AND NEW.id IS OLD.id AND NEW.list_id IS OLD.list_id AND NEW.value IS OLD.value AND NEW.kind IS OLD.kind
	AND NEW.action IS OLD.action AND NEW.category IS OLD.category AND NEW.reference IS OLD.reference
	AND NEW.added_by IS OLD.added_by
)
BEGIN SELECT RAISE(ABORT, 'append-only: entries'); END;

ALTER TABLE `sessions` ADD `means` text DEFAULT 'password' NOT NULL;--> statement-breakpoint
-- By what a session was begun stays true of it.
CREATE TRIGGER `sessions_same_means` BEFORE UPDATE ON `sessions`
WHEN NEW.user_id IS NOT OLD.user_id OR NEW.means IS NOT OLD.means
BEGIN SELECT RAISE(ABORT, 'append-only: sessions'); END;

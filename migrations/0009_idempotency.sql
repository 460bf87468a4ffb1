CREATE TABLE `idempotency_keys` (
	`person` text NOT NULL,
	`key` text NOT NULL,
	`digest` text NOT NULL,
	`begun_at` text NOT NULL,
	`is_answered` integer DEFAULT false NOT NULL,
	`answer` text,
	PRIMARY KEY(`person`, `key`)
);

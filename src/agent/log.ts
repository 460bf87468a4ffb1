/** What the agent says while it works; pino's loggers have this shape. */
export interface AgentLog {
  readonly debug: LogLine
  readonly info: LogLine
  readonly warn: LogLine
  readonly error: LogLine
}

type LogLine = (fields: Readonly<Record<string, unknown>>, message: string) => void

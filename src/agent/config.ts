export const CONFIG_SCHEMA = new URL('../../docs/spec/agent.schema.json', import.meta.url)

/** An agent's configuration, defaults filled in and every path absolute; the source of the shape is `docs/spec/agent.schema.json`. */
export interface AgentConfig {
  /** Without a slash at its end. */
  readonly source: string
  readonly tokenFile?: string
  readonly insecureToken: boolean
  readonly caFile?: string
  readonly root: string
  /** A policy file of the transparency log, in the place of the source's own. */
  readonly logPolicy?: string
  readonly state: string
  readonly schedule: string
  readonly jitterSeconds: number
  readonly metricsFile?: string
  readonly onFailure?: Command
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** In seconds. */
  readonly timeouts: {
    readonly connect: number
    readonly idle: number
    readonly metadata: number
    readonly list: number
    readonly command: number
  }
  readonly maxBytes: number
  readonly maxRedirects: number
  readonly lists: readonly ListConfig[]
}

/** A program and its arguments; never text for a shell. */
export type Command = readonly string[]

export interface ListConfig {
  readonly id: string
  readonly place?: string
  readonly limits: LimitsConfig
  readonly outputs: readonly OutputConfig[]
}

export interface LimitsConfig {
  readonly maxGrowth?: number
  readonly maxShrink?: number
  readonly minEntries: number
  readonly maxEntries: number
}

export interface OutputConfig {
  readonly format: string
  readonly path: string
  readonly zone?: string
  readonly mode?: string
  readonly check?: Command
  readonly reload?: Command
}

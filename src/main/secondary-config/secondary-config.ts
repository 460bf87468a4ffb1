import type { TsigAlgorithm } from '../../dns/zone-source.ts'

/** What a secondary must know of us. */
export interface SecondaryConfig {
  readonly subscriber: string
  readonly zones: readonly {
    readonly list: string
    readonly origin: string
    readonly zonemd: boolean
    readonly serial: number | null
    readonly refresh: number
  }[]
  /** Null: not told; a placeholder that stands out is printed. */
  readonly primary: { readonly address: string; readonly port: number } | null
  /** Null for a subscriber known by its networks; `secret` null: a placeholder. */
  readonly key: {
    readonly name: string
    readonly algorithm: TsigAlgorithm
    readonly secret: string | null
  } | null
  /** The name of its catalog zone, when it is to be used. */
  readonly catalog: string | null
  /** The primary's name in its certificate, for transfers over TLS. */
  readonly tls: string | null
}

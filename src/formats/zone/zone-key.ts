/** Which zone: a list at one serial. After a restored backup a serial may come again with another state. */
export interface ZoneKey {
  readonly place: string
  readonly serial: number
  /** SHA-256 of the entry lines (`docs/spec/snapshot.md` §3). */
  readonly state: string
}

/** What is told of a zone without reading it. */
export interface ZoneSummary extends ZoneKey {
  readonly list: string
  /** Lower case, no dot at the end. */
  readonly origin: string
  /** All of a whole transfer: both SOA records are counted. */
  readonly records: number
  readonly bytes: number
  readonly messages: number
  /** The digest of the zone's ZONEMD record in lower-case hex (RFC 8976, SHA-384); null when it has none. */
  readonly zonemd: string | null
}

/** The numbers of the DNS that a primary server needs (IANA, Domain Name System Parameters). */

/** How long the header is (RFC 1035 §4.1.1), and so where the name of the question begins. */
export const HEADER_BYTES = 12

/** What a message over TCP may be at most: its length is told in two octets (RFC 1035 §4.2.2). */
export const MAX_MESSAGE_BYTES = 65_535

export const OPCODE = { query: 0, notify: 4, update: 5 } as const

export const RCODE = {
  noError: 0,
  formErr: 1,
  servFail: 2,
  nxDomain: 3,
  notImp: 4,
  refused: 5,
  notAuth: 9,
  /** Needs EDNS in the answer: it takes more than the four bits of the header. */
  badVers: 16,
} as const

/** What the error field of a TSIG record says (RFC 8945 §3). */
export const TSIG_ERROR = { none: 0, badSig: 16, badKey: 17, badTime: 18, badTrunc: 22 } as const

export const TYPE = {
  a: 1,
  ns: 2,
  cname: 5,
  soa: 6,
  ptr: 12,
  txt: 16,
  aaaa: 28,
  opt: 41,
  zonemd: 63,
  tsig: 250,
  ixfr: 251,
  axfr: 252,
  any: 255,
} as const

export const CLASS = { in: 1, none: 254, any: 255 } as const

/** The bits of a header's second word, but for opcode and rcode (RFC 1035 §4.1.1, RFC 4035 §3). */
export const FLAG = {
  answer: 0x8000,
  authoritative: 0x0400,
  truncated: 0x0200,
  recursionDesired: 0x0100,
  recursionAvailable: 0x0080,
  authenticData: 0x0020,
  checkingDisabled: 0x0010,
} as const

const RCODES = new Map<number, string>([
  ...Object.entries(RCODE).map(([name, value]) => [value, name.toUpperCase()] as const),
  [6, 'YXDOMAIN'],
  [7, 'YXRRSET'],
  [8, 'NXRRSET'],
  [10, 'NOTZONE'],
])

const TSIG_ERRORS = new Map<number, string>(
  Object.entries(TSIG_ERROR).map(([name, value]) => [value, name.toUpperCase()]),
)

const TYPES = new Map<number, string>(
  Object.entries(TYPE).map(([name, value]) => [value, name.toUpperCase()]),
)

/** The rcode as people write it; `RCODE23` for one without a name here. */
export function printRcode(rcode: number): string {
  return RCODES.get(rcode) ?? `RCODE${rcode}`
}

/** The error of a TSIG record as people write it. */
export function printTsigError(error: number): string {
  return TSIG_ERRORS.get(error) ?? `ERROR${error}`
}

/** The type of a record or question as people write it; `TYPE65` for one without a name here (RFC 3597 §5). */
export function printType(type: number): string {
  return TYPES.get(type) ?? `TYPE${type}`
}

import { FUDGE_SECONDS, encodeVariables, macBytes, openDigest } from './tsig-digest.ts'
import { TSIG_ERROR } from './wire/numbers.ts'
import {
  FRAME_BYTES,
  type MessageRun,
  type RunWraps,
  layWraps,
  sectionOf,
} from './wire/message-run.ts'
import { encodeTimers, encodeTsigRecord } from './wire/tsig-record.ts'
import type { TsigKey } from './zone-source.ts'

/** How a run is signed. Plain data but for the key's secret, which can be given to another thread as it is. */
export interface RunSigning {
  readonly key: TsigKey
  /** The MAC of the question for the first run of an answer; then `RunWraps.mac` of the run before. */
  readonly prior: Uint8Array
  /** Whether the run begins the answer. */
  readonly isFirst: boolean
  /** Seconds since 1970. */
  readonly now: number
}

const NOTHING = new Uint8Array(0)

/**
 * The wraps of a run with a signature on every message (RFC 8945 §5.3.1): the first of the answer over all variables, each other over
 * the times alone, and each over the MAC before it. Reads each section once and copies none.
 */
export function signRun(run: MessageRun, signing: RunSigning): RunWraps {
  const { key, now } = signing
  const variables = {
    ...{ keyName: key.name, algorithm: key.algorithm, originalId: run.id },
    ...{ timeSigned: now, fudge: FUDGE_SECONDS, error: TSIG_ERROR.none, other: NOTHING },
  }
  const blank = encodeTsigRecord({ ...variables, mac: new Uint8Array(macBytes(key.algorithm)) })
  const wraps = layWraps(run, blank.length)
  const { bytes, headBytes, tailBytes } = wraps
  const stride = headBytes + tailBytes
  const timers = encodeTimers(now, FUDGE_SECONDS)
  // The MAC is followed by original id, error and the length of the other data.
  const macAt = stride - 6 - macBytes(key.algorithm)
  const head = new Uint8Array(headBytes - FRAME_BYTES)
  let mac = signing.prior
  for (let i = 0; i < run.ends.length; i++) {
    const wrap = bytes.subarray(i * stride, (i + 1) * stride)
    // What is signed is the message before the signature was added, so without it in the count.
    head.set(wrap.subarray(FRAME_BYTES, headBytes))
    head[11] = run.opt.length > 0 ? 1 : 0
    mac = openDigest(key, mac)
      .update(head)
      .update(sectionOf(run, i))
      .update(run.opt)
      .update(signing.isFirst && i === 0 ? encodeVariables(variables) : timers)
      .digest()
    wrap.set(blank, stride - blank.length)
    wrap.set(mac, macAt)
  }
  return { ...wraps, mac }
}

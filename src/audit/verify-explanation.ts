import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { parseDelta } from '../core/delta.ts'
import { Fault } from '../core/fault.ts'
import { parseLeaf } from '../core/log-leaf.ts'
import type { LogPolicy } from '../core/log/policy.ts'
import { parseSnapshotHeader } from '../core/snapshot.ts'
import type { ExplainedList, ExplainedStep, Explanation } from './explanation.ts'
import { applyLines, linesWith } from './explain-name.ts'
import { MAX_DELTA_BYTES } from './limits.ts'
import { serialFacts, type SerialFacts } from './list-facts.ts'
import {
  before,
  placed,
  signedPolicies,
  verifyLeaf,
  verifyTargets,
  type Placed,
  type ProofTrust,
} from './proof-trust.ts'
import { keysByTargets, verifySignatures } from './role-keys.ts'
import { targetsOf } from './targets-of.ts'

/**
 * Verifies every statement of an explanation: each step is in a file whose hash is in signed metadata, that is in the log, as its
 * manifest is. The log is that of the auditor's policy and of no other; where he has none, of those that the authority has signed.
 * What it doesn't say is not proven: a step may have been left out. Throws `audit/proof`.
 */
export function verifyExplanation(explanation: Explanation, trust: ProofTrust): void {
  try {
    const policies = trust.policy === null ? signedPolicies(explanation) : [trust.policy]
    const targets = verifyTargets(explanation, policies, trust.root)
    for (const list of explanation.lists) {
      let last = 0
      let lines: readonly string[] = []
      for (const step of list.steps) {
        lines = verifyStep({ policies, targets, list, value: explanation.value, lines }, step)
        if (step.serial <= last) throw refused(`a serial after ${last}`, String(step.serial))
        last = step.serial
      }
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'audit/proof') throw error
    throw new Fault('audit/proof', error.message, { cause: error })
  }
}

interface StepContext {
  readonly policies: readonly LogPolicy[]
  readonly targets: readonly Placed[]
  readonly list: ExplainedList
  readonly value: string
  /** Of this value, before the step. */
  readonly lines: readonly string[]
}

/** Gives the lines after the step. */
function verifyStep(context: StepContext, step: ExplainedStep): readonly string[] {
  const { policies, targets, list } = context
  const role = `list-${list.place}`
  const { file, index } = placed(policies, step.metadata, role)
  const keys = keysByTargets(before(targets, index)).get(role)
  if (keys === undefined) throw refused(`keys for ${role}`, 'none')
  verifySignatures(file, [keys])
  const signed = targetsOf(file)
  const facts = serialFacts(list.place, signed)
  if (facts?.serial !== step.serial || facts.list !== list.list) {
    throw refused(`serial ${step.serial} of ${list.list} in its metadata`, String(facts?.serial))
  }
  const target = signed.get(step.file.name)
  const bytes = Buffer.from(step.file.bytes, 'base64')
  const isTarget = target === facts.delta || target === facts.snapshot
  if (target === undefined || !isTarget || target.sha256 !== sha256(bytes)) {
    throw refused(`the file ${JSON.stringify(step.file.name)} that was signed`, 'another')
  }
  const now = linesAfter(bytes, facts, target === facts.delta, context)
  const told = [
    ...context.lines.filter((line) => !step.removed.includes(line)),
    ...step.added,
  ].sort()
  const isSame =
    told.join('\n') === now.join('\n') &&
    step.removed.every((line) => context.lines.includes(line)) &&
    step.added.every((line) => !context.lines.includes(line))
  if (!isSame) throw refused(`the lines of ${JSON.stringify(step.file.name)}`, 'others')
  verifyManifest(policies, list, step, facts)
  return now
}

function verifyManifest(
  policies: readonly LogPolicy[],
  list: ExplainedList,
  { manifest, serial, at }: ExplainedStep,
  facts: SerialFacts,
): void {
  if (manifest === null) {
    if (at !== null) throw refused('a time that a manifest has', at)
    return
  }
  const bytes = Buffer.from(manifest.bytes, 'base64')
  const leaf = parseLeaf(bytes)
  const isOwn =
    leaf.kind === 'publication' &&
    leaf.place === list.place &&
    leaf.serial === serial &&
    ('state' in leaf ? leaf.state === facts.state && leaf.at === at : at === null)
  if (!isOwn) throw refused(`the manifest of serial ${serial}`, 'another')
  verifyLeaf(policies, bytes, manifest.proof)
}

function linesAfter(
  bytes: Buffer,
  facts: SerialFacts,
  isDelta: boolean,
  { value, lines }: StepContext,
): readonly string[] {
  const raw = unpack(bytes)
  if (isDelta) {
    const delta = parseDelta(raw)
    const { toState, to } = delta.header
    if (toState === facts.state && to === facts.serial) return applyLines(lines, delta, value)
    throw refused(`a delta to serial ${facts.serial}`, `one to ${to}`)
  }
  const { header, bodyOffset } = parseSnapshotHeader(raw)
  const body = raw.subarray(bodyOffset)
  if (header.serial === facts.serial && sha256(body) === facts.state)
    return linesWith([body], value)
  throw refused(`the snapshot of serial ${facts.serial}`, `another of ${header.serial}`)
}

function unpack(bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_DELTA_BYTES })
  } catch (cause) {
    throw new Fault('audit/proof', `expected gzip of ${MAX_DELTA_BYTES} bytes at most`, { cause })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function refused(expected: string, got: string): Fault {
  return new Fault('audit/proof', `expected ${expected}, got ${got}`)
}

import {
  DROP,
  NODATA,
  NOTHING,
  NXDOMAIN,
  PASSTHRU,
  REDIRECT,
  TCP_ONLY,
  type Verdict,
} from './entry-cursor.ts'
import { omitted, rule, type ExportRules, type Loss, type Rule } from './export-rules.ts'
import type { RedirectTarget } from './redirect-target.ts'
import {
  COVERED,
  LISTED,
  NO_HOST_NAME,
  REFERENCED_REDIRECT,
  STEER,
  STEERED,
  TOO_LONG,
  UNSTEERED,
} from './rpz-verdicts.ts'

/** What each action is in a zone. `docs/spec/rpz.md` §3. */
const CNAME_TARGETS = new Map<Verdict, string>([
  [DROP, 'rpz-drop.'],
  [NODATA, '*.'],
  [NXDOMAIN, '.'],
  [PASSTHRU, 'rpz-passthru.'],
  [TCP_ONLY, 'rpz-tcp-only.'],
])

/** The records for each combination of verdicts; `null` for a target that the definition does not have. */
export function rpzRules(
  redirect: RedirectTarget | null,
  steering: RedirectTarget | null,
): ExportRules {
  return {
    name: (own, below) =>
      rule(
        records('{v}', own, redirect, '{r}') + records('*.{v}', below, redirect, '{s}'),
        loss(own, redirect),
        loss(below, redirect),
      ),
    ip: (own) => rule(records('{v}', own, redirect, '{r}'), loss(own, redirect)),
    url: (own) => urlRule(own, steering),
  }
}

/** Both records of a name that only stands between an entry and the wildcard which covers it. */
export function rpzBetween(
  name: string,
  verdict: Verdict,
  redirect: RedirectTarget | null,
): string {
  return records(name, verdict, redirect, '') + records(`*.${name}`, verdict, redirect, '')
}

function records(
  owner: string,
  verdict: Verdict,
  redirect: RedirectTarget | null,
  reference: string,
): string {
  if (verdict === NOTHING || verdict === TOO_LONG || verdict === COVERED) return ''
  const cname = CNAME_TARGETS.get(verdict)
  if (cname !== undefined) return `${owner} CNAME ${cname}\n`
  // A redirection with nowhere to go stays a block; «no data» is what its other types get anyhow.
  if (verdict === NO_HOST_NAME || redirect === null) return `${owner} CNAME *.\n`
  const text = verdict === REFERENCED_REDIRECT ? `${owner} TXT "${reference}"\n` : ''
  return redirectRecords(owner, redirect) + text
}

function redirectRecords(owner: string, target: RedirectTarget): string {
  if (target.name !== null) return `${owner} CNAME ${target.name}.\n`
  const v4 = target.v4.map((address) => `${owner} A ${address}\n`)
  const v6 = target.v6.map((address) => `${owner} AAAA ${address}\n`)
  return [...v4, ...v6].join('')
}

function loss(verdict: Verdict, redirect: RedirectTarget | null): Loss | undefined {
  if (verdict === COVERED) return { omitted: 'covered' }
  if (verdict === TOO_LONG) return { omitted: 'too-long' }
  if (verdict === NO_HOST_NAME) return { changed: 'nodata' }
  return verdict === REDIRECT && redirect === null ? { changed: 'nodata' } : undefined
}

function urlRule(own: Verdict, steering: RedirectTarget | null): Rule {
  if (steering === null) return omitted('url')
  if (own === STEER) return rule(redirectRecords('{v}', steering))
  if (own === STEERED) return rule('')
  if (own === LISTED) return omitted('listed')
  if (own === UNSTEERED) return omitted('unsteered')
  if (own === TOO_LONG) return omitted('too-long')
  return omitted(own === TCP_ONLY ? 'tcp-only' : 'passthru')
}

import type { GuardSummary } from '../../src/core/guard-summary.ts'
import type { ListApprovals } from '../../src/core/list-definition.ts'
import type { Person, Role } from '../../src/core/person.ts'
import type { DecisionAct } from '../../src/core/proposal.ts'
import type { Deciding } from '../../src/main/proposals/deciding.ts'
import type { ProposalOutcome } from '../../src/main/proposals/outcome.ts'
import { propose } from '../../src/main/proposals/propose.ts'
import { termsOf } from '../../src/main/proposals/term-options.ts'
import type { StoredList } from '../../src/store/list-store.ts'
import type { Store } from '../../src/store/open-store.ts'
import { AT, definitionOf } from './store-builders.ts'

export function personOf(
  name: string,
  organisation: string,
  roles: readonly Role[],
  list = 'phishing',
): Person {
  return {
    ...{ id: name, name, organisation: { id: 1, name: organisation } },
    roles: roles.map((role) => ({ list, role })),
  }
}

/** People of two organisations, each with a role on `phishing`. */
export const PEOPLE = {
  carol: personOf('carol', 'hotline', ['curator']),
  arno: personOf('arno', 'hotline', ['approver']),
  bea: personOf('bea', 'police', ['approver']),
  ben: personOf('ben', 'police', ['curator', 'approver']),
  rita: personOf('rita', 'police', ['reporter']),
  adam: personOf('adam', 'authority', ['administrator']),
  otto: personOf('otto', 'court', ['auditor']),
  paul: personOf('paul', 'authority', ['publisher']),
} as const

export const ONE = { needed: 1, organisations: 1 }
export const TWO = { needed: 2, organisations: 2 }

export function approvalsOf(changes: Partial<ListApprovals> = {}): ListApprovals {
  return { ...ONE, retire: ONE, urgentAdd: false, ...changes }
}

/** Gives `phishing` this policy; without a list makes it. */
export function applyPolicy(store: Store, changes: Partial<ListApprovals> = {}): StoredList {
  const definition = definitionOf('phishing', {
    legalBasis: 'Act, art. 1',
    approvals: approvalsOf(changes),
  })
  return store.lists.apply(definition, { at: AT, actor: 'adam', place: 'phishing' }).list
}

export function decidingOf(
  store: Store,
  person: Person,
  findings: () => readonly GuardSummary[] = () => [],
): Deciding {
  return { store, person, at: AT, checkGuards: findings }
}

interface WantedValues {
  readonly add?: readonly string[]
  readonly retire?: readonly string[]
  /** Values that get another action. */
  readonly amend?: readonly string[]
  readonly act?: DecisionAct
  readonly urgent?: boolean
  readonly acknowledged?: readonly string[]
  readonly reason?: string
  readonly override?: string
}

/** Proposes on `phishing`, as a command would: one transaction. */
export function proposeValues(deciding: Deciding, wanted: WantedValues): ProposalOutcome {
  const { store } = deciding
  const { add = [], retire = [], amend = [], urgent = false, acknowledged = [] } = wanted
  return store.write(() => {
    const list = store.lists.find('phishing')!
    const rowsOf = (values: readonly string[]): number[] =>
      values.flatMap((value) => store.entries.find(list.rowId, value).map((row) => row.rowId))
    const fresh = add.map((value) => `${value}\tdomain\tnxdomain\t-\tK7M29QXT\n`)
    const other = amend.map((value) => `${value}\tdomain\tnodata\t-\tK7M29QXT\n`)
    const act = add.length > 0 ? 'add' : amend.length > 0 ? 'amend' : 'retire'
    return propose(deciding, {
      ...{ list, act: wanted.act ?? act, acknowledged, override: wanted.override ?? null },
      terms: termsOf(
        { reason: wanted.reason ?? 'a test', urgent },
        { reference: 'K7M29QXT', category: '' },
      ),
      change: {
        added: [Buffer.from([...fresh, ...other].sort().join(''))],
        retired: rowsOf([...retire, ...amend]),
      },
      counts: { added: add.length, retired: retire.length, amended: amend.length },
    })
  })
}

/** The values that the list has now, sorted. */
export function valuesOf(store: Store): string[] {
  const list = store.lists.find('phishing')!.rowId
  return [...store.entries.live(list)].map(([, line]) => line.split('\t')[0]!)
}

// What an authority has beside its list and its decisions: reports, appeals, reviews, a proposal of many lines that waits. For `every.mjs`.
import { openAppeal } from '../../../dist/main/appeals/open-appeal.js'
import { propose } from '../../../dist/main/proposals/propose.js'
import { rejectReports } from '../../../dist/main/reports/answer-reports.js'
import { handInReports } from '../../../dist/main/reports/hand-in-reports.js'
import { runReviews } from '../../../dist/main/run-reviews.js'

const person = (name, ...roles) => ({
  ...{ id: name, name, organisation: { id: 1, name: 'Bench' } },
  roles: roles.map((role) => ({ list: '*', role })),
})
const REPORTS = 10_000
const APPEALS = 1000
export const WAITING_LINES = 10_000
const TERMS = { reason: 'bench', legalBasis: '', evidence: '', evidenceSha256: '' }

/** A third of the reports each about a name that is listed, one that isn't, and an address of IPv6; every tenth is rejected. */
function addReports(store, at, listed) {
  const reports = Array.from({ length: REPORTS }, (_, i) => ({
    ...{ externalId: `e${i}`, list: 'bench', reason: 'bench' },
    value:
      i % 3 === 0
        ? listed(i * 7)
        : i % 3 === 1
          ? `reported${i}.example`
          : `2001:db8:${i.toString(16)}::1`,
  }))
  const handing = { store, person: person('rita', 'reporter', 'curator'), at }
  const handed = handInReports(handing, reports)
  const open = handed.flatMap(({ report }) => (report?.state === 'open' ? [`r${report.id}`] : []))
  const ids = open.filter((_, i) => i % 10 === 0)
  rejectReports(handing, { ids, text: 'bench' })
}

function addProposal(store, at) {
  const line = (i) => `p${String(i).padStart(6, '0')}.example\tdomain\tnxdomain\t-\tWAITS\n`
  const added = Array.from({ length: WAITING_LINES }, (_, i) => line(i)).join('')
  const deciding = { store, person: person('carol', 'curator'), at, checkGuards: () => [] }
  return store.write(() =>
    propose(deciding, {
      ...{ list: store.lists.find('bench'), act: 'add', acknowledged: [], override: null },
      terms: {
        ...{ ...TERMS, reference: 'WAITS', category: '', urgent: false },
        ...{ source: null, shrinkReason: null },
      },
      change: { added: [Buffer.from(added)], retired: [] },
      counts: { added: WAITING_LINES, retired: 0, amended: 0 },
    }),
  )
}

/** Fills the rest; gives what is asked for by name. `listed` gives names of the list. */
export function addHistory(store, listed) {
  const at = new Date()
  addReports(store, at, listed)
  const appeals = Array.from({ length: APPEALS }, (_, i) =>
    openAppeal(store, { about: listed(i), grounds: 'bench', contact: '' }, at),
  )
  const { proposal } = addProposal(store, at)
  for (let run = { isComplete: false }; !run.isComplete;) {
    run = runReviews({ store, now: () => at })
  }
  return { appealCode: appeals[0].code, proposal: String(proposal) }
}

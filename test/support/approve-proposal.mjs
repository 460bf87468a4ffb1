// One approver in a process of its own: node approve-proposal.mjs DATABASE PROPOSAL PERSON. Says that it is ready on a line, and what became of
// its approval on the next.
import { approveProposals } from '../../dist/main/proposals/approve-proposal.js'
import { openStore } from '../../dist/store/open-store.js'

const [database, id, person] = process.argv.slice(2)
const store = openStore(database)
const deciding = { store, person: JSON.parse(person), at: new Date(), checkGuards: () => [] }
process.stdout.write('ready\n')
const [outcome] = approveProposals(deciding, [{ id, expected: 1, acknowledged: [] }])
process.stdout.write(`${outcome.code ?? outcome.state}\n`)
store.close()

import type { JSX } from 'hono/jsx/jsx-runtime'
import { Field, Form } from '../parts/form.tsx'
import { may, mayAnywhere, type Visit } from '../visit.ts'

/** The path of its form. */
export const RETIRE_PATH = '/console/urgent/retire'

interface UrgentRetireProps {
  readonly visit: Visit
  /** What is retired; left out, it is asked for. */
  readonly entry?: { readonly list: string; readonly value: string; readonly kind: string }
}

/** Takes one entry off its list at once, with a reason; nothing where whoever looks may not. */
export function UrgentRetire({ visit, entry }: UrgentRetireProps): JSX.Element {
  const { t, refused } = visit
  const isAllowed =
    entry === undefined
      ? mayAnywhere(visit, ['urgent-retire'])
      : may(visit, 'urgent-retire', entry.list)
  if (!isAllowed) return <></>
  const field = { visit, action: RETIRE_PATH }
  const typed = refused?.action === RETIRE_PATH ? refused.typed.text('kind') : ''
  return (
    <section aria-labelledby="urgent-retire" class="panel">
      <h2 id="urgent-retire">{t.urgent.retire}</h2>
      <p class="hint">{t.urgent.retireHint}</p>
      <Form visit={visit} action={RETIRE_PATH} label={t.urgent.retire}>
        {entry === undefined ? (
          <>
            <Field {...{ ...field, name: 'list', isRequired: true }} label={t.list} />
            <Field {...{ ...field, name: 'value', isRequired: true }} label={t.value} />
          </>
        ) : (
          <>
            <input type="hidden" name="list" value={entry.list} />
            <input type="hidden" name="value" value={entry.value} />
          </>
        )}
        <input type="hidden" name="kind" value={entry?.kind ?? typed} />
        <Field {...{ ...field, name: 'reason', rows: 2, isRequired: true }} label={t.reason} />
        <button type="submit" class="bad">
          {t.urgent.retireGo}
        </button>
      </Form>
    </section>
  )
}

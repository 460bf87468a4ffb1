import type { JSX } from 'hono/jsx/jsx-runtime'
import { Table } from '../parts/shown.tsx'
import type { Visit } from '../visit.ts'
import type { DocumentOperation } from './read-document.ts'

interface OperationProps {
  readonly visit: Visit
  readonly operation: DocumentOperation
}

/** One operation: what it needs, takes and answers, at an anchor of its own. */
export function DescribedOperation({ visit, operation }: OperationProps): JSX.Element {
  const { t } = visit
  const { id, method, path, summary, description, isOpen, body, answers } = operation
  return (
    <article aria-labelledby={id}>
      <h3 id={id}>
        <code>{`${method} ${path}`}</code>
      </h3>
      <p>{summary}</p>
      {description !== summary && <p class="hint">{description}</p>}
      {isOpen && <p class="hint">{`${t.api.needs}: ${t.api.open}`}</p>}
      <Parameters visit={visit} operation={operation} />
      {body !== null && (
        <details>
          <summary>{t.api.body}</summary>
          <Schema schema={body} />
        </details>
      )}
      <details>
        <summary>{t.api.answers}</summary>
        <dl>
          {answers.map(({ status, description: text, schema }) => (
            <>
              <dt>{status}</dt>
              <dd>
                {text}
                {schema !== null && <Schema schema={schema} />}
              </dd>
            </>
          ))}
        </dl>
      </details>
    </article>
  )
}

function Parameters({ visit: { t }, operation }: OperationProps): JSX.Element {
  const { parameters, method, path } = operation
  if (parameters.length === 0) return <></>
  return (
    <Table
      caption={`${t.api.parameters}: ${method} ${path}`}
      head={[t.api.name, t.api.place, t.required, t.api.type, t.api.meaning]}
      rows={parameters.map(({ name, in: place, required, schema = {}, description }) => {
        const { description: inner, ...type } = schema as { readonly description?: string }
        return [
          <code>{name}</code>,
          place,
          required === true ? t.yes : t.no,
          <code>{JSON.stringify(type)}</code>,
          description ?? inner ?? '',
        ]
      })}
      empty=""
    />
  )
}

/** A schema that has a name is a link to it, another is shown. */
function Schema({ schema }: { readonly schema: object }): JSX.Element {
  const { $ref } = schema as { readonly $ref?: string }
  if ($ref === undefined) return <pre tabindex={0}>{JSON.stringify(schema, null, 2)}</pre>
  const name = $ref.split('/').at(-1) ?? ''
  return (
    <p>
      <a href={`#schema-${name}`}>{name}</a>
    </p>
  )
}

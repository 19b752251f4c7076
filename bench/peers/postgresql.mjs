// An adapter for npm oidc-provider on PostgreSQL: one table, one prepared statement for each call, a pool of eight.
// Every write is committed before its promise ends, as ours are.
import pg from 'pg'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS peer_models (
    kind text NOT NULL, id text NOT NULL, payload jsonb NOT NULL, grant_id text, uid text, user_code text,
    consumed_at bigint, expires_at timestamptz, PRIMARY KEY (kind, id));
  CREATE INDEX IF NOT EXISTS peer_models_grant ON peer_models (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS peer_models_uid ON peer_models (uid) WHERE uid IS NOT NULL;`

const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO peer_models (kind, id, payload, grant_id, uid, user_code, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (kind, id) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
      user_code = excluded.user_code, expires_at = excluded.expires_at`,
}
const FIND = 'SELECT payload, consumed_at FROM peer_models WHERE kind = $1 AND (expires_at IS NULL OR expires_at > now()) AND '
const BY_ID = { name: 'by-id', text: `${FIND} id = $2` }
const BY_UID = { name: 'by-uid', text: `${FIND} uid = $2` }
const BY_USER_CODE = { name: 'by-user-code', text: `${FIND} user_code = $2` }
const CONSUME = { name: 'consume', text: 'UPDATE peer_models SET consumed_at = $3 WHERE kind = $1 AND id = $2' }
const DESTROY = { name: 'destroy', text: 'DELETE FROM peer_models WHERE kind = $1 AND id = $2' }
const REVOKE = { name: 'revoke', text: 'DELETE FROM peer_models WHERE grant_id = $1' }

export async function onPostgresql(url) {
  const pool = new pg.Pool({ connectionString: url, max: 8 })
  await pool.query(SCHEMA)
  return class {
    constructor(kind) { this.kind = kind }

    async upsert(id, payload, expiresIn) {
      const ends = expiresIn ? new Date(Date.now() + expiresIn * 1000) : null
      await pool.query({ ...UPSERT, values: [this.kind, id, payload, payload.grantId, payload.uid, payload.userCode, ends] })
    }

    async #one(statement, value) {
      const { rows: [row] } = await pool.query({ ...statement, values: [this.kind, value] })
      if (!row) return undefined
      return row.consumed_at === null ? row.payload : { ...row.payload, consumed: Number(row.consumed_at) }
    }

    find(id) { return this.#one(BY_ID, id) }
    findByUid(uid) { return this.#one(BY_UID, uid) }
    findByUserCode(code) { return this.#one(BY_USER_CODE, code) }
    async consume(id) { await pool.query({ ...CONSUME, values: [this.kind, id, Math.floor(Date.now() / 1000)] }) }
    async destroy(id) { await pool.query({ ...DESTROY, values: [this.kind, id] }) }
    async revokeByGrantId(grantId) { await pool.query({ ...REVOKE, values: [grantId] }) }
  }
}

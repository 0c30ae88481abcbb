// How does a record system call decision support through the gateway, with a token of its own for each call?
import { generateKeyPair, exportJWK, SignJWT, type CryptoKey } from 'jose';
import { Problem } from '../../src/tools/base/problem.ts';
import type { Clock } from '../../src/tools/base/clock.ts';
import type { Random } from '../random.ts';

export interface Ehr {
  iss: string;
  /** Its public keys, as the gateway is told of them. */
  jwks: { keys: { kty: string; kid: string }[] };
  /** One look into a record, or another moment (`hook`) of the work: gives the cards that may be shown. Throws Problem where the gateway refuses. */
  call(service: string, patient: EhrPatient, random: Random, hook?: 'patient-view' | 'order-sign'): Promise<Card[]>;
  /** Tells what the clinician did with a card. */
  feedback(service: string, card: Card, outcome: { accepted: true } | { accepted: false; reason: string | null }): Promise<void>;
}

export interface EhrPatient {
  id: string;
  encounter: string;
  user: string;
  facility: string;
  department: string;
}

export interface Card {
  uuid: string;
  summary: string;
}

/** An EHR with a new key. `base` is the address of the gateway for one deployment, as its page shows it. */
export async function openEhr(clock: Clock, base: string): Promise<Ehr> {
  const { privateKey, publicKey } = await generateKeyPair('ES384');
  const kid = crypto.randomUUID();
  const iss = 'https://ehr.ocotillo.example';
  const post = async (path: string, body: unknown) => {
    const url = `${base}/cds-services/${path}`;
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenFor(privateKey, kid, iss, url, clock)}` } });
    const text = await response.text();
    if (!response.ok) throw new Problem('unavailable', `The gateway answered a call with status ${response.status}: ${text.slice(0, 200)}`);
    return text;
  };
  return {
    iss,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES384', use: 'sig' } as { kty: string; kid: string }] },
    call: async (service, patient, random, hook = 'patient-view') => {
      const text = await post(service, {
        hook, hookInstance: crypto.randomUUID(),
        context: { userId: `Practitioner/${patient.user}`, patientId: patient.id, encounterId: patient.encounter, ...(hook === 'order-sign' && { draftOrders: { resourceType: 'Bundle', type: 'collection', entry: [] } }) },
        prefetch: {
          patient: { resourceType: 'Patient', id: patient.id },
          attendingPlace: { facility: patient.facility, department: patient.department },
          vitals: { heartRate: Math.round(random.normal(88, 18)), temperature: Math.round(random.normal(37.4, 0.8) * 10) / 10 },
        },
      });
      return (JSON.parse(text) as { cards: Card[] }).cards;
    },
    feedback: async (service, card, outcome) => {
      const told = outcome.accepted ? { outcome: 'accepted', acceptedSuggestions: [] } : { outcome: 'overridden', ...(outcome.reason && { overrideReason: { reason: { code: outcome.reason } } }) };
      await post(`${service}/feedback`, { feedback: [{ card: card.uuid, outcomeTimestamp: clock.now(), ...told }] });
    },
  };
}

/** CDS Hooks 2.0, "Trusting CDS Clients": a token for this address, for five minutes, used once. */
const tokenFor = (key: CryptoKey, kid: string, iss: string, aud: string, clock: Clock): Promise<string> => {
  const now = Math.floor(Date.parse(clock.now()) / 1000);
  return new SignJWT({}).setProtectedHeader({ alg: 'ES384', typ: 'JWT', kid }).setIssuer(iss).setAudience(aud).setIssuedAt(now).setExpirationTime(now + 300).setJti(crypto.randomUUID()).sign(key);
};

// Do notes and checkpoints read and write as the tools of the Go and C2SP world do?
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64Of, bytesOf, hexOf } from './base64.ts';
import { checkpointText, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { keyIdOf, parseNote, signNote, verifierKeyFrom, verifierKeyText, vouch } from './note.ts';
import { signerFromText, newSigner } from './signing-key.ts';

// The worked example of golang.org/x/mod/sumdb/note.
const publicText = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const secretText = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const signed = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

describe('signed notes', () => {
  it('read the verifier keys of Go', () => {
    expect(verifierKeyText(verifierKeyFrom(publicText))).toBe(publicText);
    // The public key of sum.golang.org.
    const sum = verifierKeyFrom('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8');
    expect(hexOf(keyIdOf(sum.name, sum.publicKey))).toBe('033de0ae');
  });
  it('sign byte for byte as Go does', async () => expect(await signNote(text, signerFromText(secretText))).toBe(signed));
  it('verify what Go signed', async () => {
    expect(await vouch(parseNote(signed), [verifierKeyFrom(publicText)])).toMatchObject({ kind: 'signed' });
    expect(await vouch(parseNote(signed), [])).toEqual({ kind: 'unknown' });
    expect(await vouch(parseNote(signed.replace('answer', 'Answer')), [verifierKeyFrom(publicText)])).toMatchObject({ kind: 'forged' });
  });
  it('pass over signatures of strangers, but not over a false one of a friend', async () => {
    const friend = newSigner('friend');
    const stranger = newSigner('stranger');
    const both = (await signNote('a\n', friend)) + (await signNote('a\n', stranger)).split('\n\n')[1]!;
    expect(await vouch(parseNote(both), [friend])).toMatchObject({ kind: 'signed' });
    const lie = (await signNote('a\n', friend)) + (await signNote('b\n', friend)).split('\n\n')[1]!;
    expect(await vouch(parseNote(lie), [friend])).toMatchObject({ kind: 'forged' });
  });
  it.each([
    ['no signature', 'text\n'],
    ['no line end', signed.slice(0, -1)],
    ['a tab', signed.replace('think', 'think\t')],
    ['a hyphen for the dash', signed.replace('— Peter', '- Peter')],
    ['a short signature', `${text}\n— PeterNeumann x08g\n`],
    ['stray bits in base64', signed.replace('nAM=', 'nAN=')],
  ])('refuse %s', (_, note) => expect(() => parseNote(note)).toThrow(RangeError));
  it.each(['', 'x', publicText.replace('c74f20a3', 'c74f20a4'), publicText.replace('+AR', '+AS'), secretText])('refuse the key "%s"', (key) => {
    expect(() => verifierKeyFrom(key)).toThrow(RangeError);
  });
});

describe('checkpoints', () => {
  // The example of c2sp.org/tlog-checkpoint.
  const example =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
    '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';

  it('read the example of the specification', () => {
    const read = parseCheckpoint(example);
    expect(read).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20852163 });
    expect(checkpointText(read)).toBe(read.text);
    expect(read.signatures[0]!.bytes.length).toBe(64);
  });
  it('what is signed can be read and is vouched for', async () => {
    const signer = newSigner('hospital.example/ledger');
    const root = Uint8Array.from({ length: 32 }, (_, i) => i);
    const note = await signCheckpoint({ origin: signer.name, size: 7, root }, signer);
    const read = parseCheckpoint(note);
    expect(read).toMatchObject({ origin: signer.name, size: 7, root });
    expect(await vouch(read, [signer])).toMatchObject({ kind: 'signed' });
  });
  it.each([
    ['a leading zero', example.replace('20852163', '020852163')],
    ['a negative size', example.replace('20852163', '-1')],
    ['a short root', example.replace('CsUY', '')],
    ['no origin', example.replace('example.com/behind-the-sofa\n2', '\n2')],
    ['two lines only', 'a\n5\n\n— a Az3grlgtzPI=\n'],
  ])('refuse %s', (_, note) => expect(() => parseCheckpoint(note)).toThrow(RangeError));
  it('refuse to sign what would break the lines', () => {
    const root = new Uint8Array(32);
    expect(() => checkpointText({ origin: 'a\n5', size: 1, root })).toThrow(RangeError);
    expect(() => checkpointText({ origin: 'a', size: 1.5, root })).toThrow(RangeError);
  });
});

it('base64 is read only as it is written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      expect(bytesOf(base64Of(bytes))).toEqual(bytes);
    }),
  );
  expect(bytesOf('AB==')).toBeNull();
  expect(bytesOf('AA')).toBeNull();
  expect(bytesOf('A A=')).toBeNull();
});

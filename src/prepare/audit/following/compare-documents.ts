// How are two audit.json compared?
import type { AuditDocument } from '../model.ts';
import { compare, type HowToCompare } from './compare.ts';
import { comparedDocument } from './compared-runs.ts';
import type { Comparison } from './model.ts';

export const compareDocuments = (before: AuditDocument, after: AuditDocument, how: HowToCompare = {}): Comparison => compare(comparedDocument(before), comparedDocument(after), how);

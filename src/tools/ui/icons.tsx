// Which small pictures does the product draw?
import type { ReactNode } from 'react';

export interface IconProps {
  size?: number;
  /** A name for those who cannot see it; without one the picture is decoration. */
  label?: string;
}

const icon = (drawing: ReactNode) =>
  function Icon({ size = 16, label }: IconProps) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth={1.6}
        strokeLinecap="round"
        strokeLinejoin="round"
        focusable="false"
        {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
      >
        {drawing}
      </svg>
    );
  };

export const ChevronRight = icon(<path d="m6 3.5 4.5 4.5L6 12.5" />);
export const ChevronDown = icon(<path d="M3.5 6 8 10.5 12.5 6" />);
export const Plus = icon(<path d="M8 3v10M3 8h10" />);
export const Minus = icon(<path d="M3 8h10" />);
export const Cross = icon(<path d="m4 4 8 8m0-8-8 8" />);
export const Check = icon(<path d="m3 8.5 3.2 3.2L13 4.8" />);
export const ArrowUp = icon(<path d="M8 13V3.5M4 7l4-4 4 4" />);
export const ArrowDown = icon(<path d="M8 3v9.5M4 9l4 4 4-4" />);
export const Sorts = icon(<path d="m5 6.5 3-3 3 3M5 9.5l3 3 3-3" />);
export const Copy = icon(<path d="M5.5 5.5h7v7.5h-7zM3.5 10.5v-7.5h7" />);
export const Download = icon(<path d="M8 2.5v7.5m-3-3 3 3 3-3M3 13h10" />);
export const Upload = icon(<path d="M8 10V2.5m-3 3 3-3 3 3M3 13h10" />);
export const Undo = icon(<path d="M6 3.5 3 6.5l3 3M3 6.5h6a3.5 3.5 0 0 1 0 7H6.5" />);
export const Lock = icon(<path d="M4 7.5h8v6H4zM5.5 7.5V5.200a2.5 2.5 0 0 1 5 0v2.300" />);
export const Person = icon(<path d="M8 8a2.6 2.6 0 1 0 0-5.200A2.6 2.6 0 0 0 8 8Zm-5 5.5c.5-2.400 2.400-3.700 5-3.700s4.5 1.300 5 3.700" />);
export const Bars = icon(<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />);
export const Flag = icon(<path d="M4 14V2.5h7.5L9.800 5.300l1.700 2.800H4" />);
export const Clock = icon(<path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9.200V8l2.200 1.6" />);
export const Search = icon(<path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.300-1.200 3.200 3.200" />);
export const File = icon(<path d="M4 2.5h5l3 3v8H4zM9 2.5v3h3" />);
export const Shield = icon(<path d="M8 2 3.5 3.700v4c0 3 1.900 5 4.5 6.300 2.6-1.300 4.5-3.300 4.5-6.300v-4L8 2Z" />);
export const Chain = icon(<path d="M6.800 9.200 9.200 6.800M7 5.200l1.800-1.800a2.700 2.700 0 0 1 3.800 3.800L10.800 9M9 10.800l-1.800 1.800a2.700 2.700 0 0 1-3.800-3.800L5.200 7" />);
export const Alert = icon(<path d="M8 2.5 14 13H2L8 2.5Zm0 4v3m0 1.700v.1" />);
export const Key = icon(<path d="M5.5 11.5a2.800 2.800 0 1 0 0-5.6 2.800 2.800 0 0 0 0 5.6Zm2-4.700L13 2.5m-2.200 1.800 1.700 1.700" />);

import type { ReactNode } from "react";
import { Outlet } from "react-router";

export default function App(): ReactNode {
  return (
    <html lang="en">
      <body>
        <Outlet />
      </body>
    </html>
  );
}

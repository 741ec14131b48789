// Starts the small modules. Pages work without any of them.
import { startTheme } from "./theme-switch.js";
import { startToasts } from "./toast.js";
import { startSheet } from "./sheet.js";
import { startPalette } from "./palette.js";
import { startKeys } from "./keys.js";
import { startBoard } from "./board.js";
import { startForms } from "./forms.js";
import { startCharts } from "./chart.js";
import { startFolds } from "./fold.js";

startTheme();
startToasts();
startSheet();
startPalette();
startKeys();
startBoard();
startForms();
startCharts();
startFolds();

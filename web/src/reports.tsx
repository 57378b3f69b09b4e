import { render } from 'preact';
import { enter } from './state/access.js';
import './styles/base.css';
import './styles/panels.css';
import './styles/call.css';
import './styles/chart.css';
import './styles/states.css';
import './styles/reports.css';
import { Entrance } from './views/entrance.js';
import { ReportsPage } from './views/reports/reports-page.js';

render(<Entrance title="reports">{() => <ReportsPage />}</Entrance>, document.querySelector('#page')!);
void enter();

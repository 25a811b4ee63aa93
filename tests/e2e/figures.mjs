// Prints the city's cockpit figures as one line, to compare a hub before and after a restart: node figures.mjs URL
// Signed in as the demo city's command centre.
const url = process.argv[2];
const ask = async (path, init = {}) => {
  const response = await fetch(`${url}/api/v1${path}`, { ...init, headers: { 'Accept-Language': 'en', ...init.headers } });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
};
const { token } = await ask('/sessions', {
  method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ login: 'leader', password: 'jing-wei-demo-2020', token: true }),
});
const { code } = (await ask('/system')).root_region;
const { cards, children, quality } = await ask(`/cockpit?region=${code}`, { headers: { Authorization: `Bearer ${token}` } });
console.log(JSON.stringify({ cards, children, quality }));

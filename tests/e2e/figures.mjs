// Prints the city's cockpit figures as one line, to compare a hub before and after a restart: node figures.mjs URL
const url = process.argv[2];
const ask = async (path) => {
  const response = await fetch(`${url}/api/v1${path}`, { headers: { 'Accept-Language': 'en' } });
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.json();
};
const { code } = (await ask('/system')).root_region;
const { cards, children, quality } = await ask(`/cockpit?region=${code}`);
console.log(JSON.stringify({ cards, children, quality }));

-- Names as they are in the world, so that whoever looks at a report sees what becomes of them.
update sales
set region = (array['Québec', 'København', 'Łódź', 'Αθήνα', 'Київ'])[1 + id % 5]
where region = 'Overseas';

update sales set product = 'Hörnleisen' where product = 'Bick iron';
update sales set product = 'Cisaille à levier' where product = 'Hardy cut-off';

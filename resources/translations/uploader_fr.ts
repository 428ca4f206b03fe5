<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en_GB">
<context>
    <name>about</name>
    <message>
        <source>About…</source>
        <translation>À propos…</translation>
    </message>
    <message>
        <source>About uploader-gui</source>
        <translation>À propos de uploader-gui</translation>
    </message>
    <message>
        <source>Attaches photos, reports and mails to an anomaly of a digital safety register.</source>
        <translation>Joint photos, rapports et courriels à une anomalie d’un registre de sécurité numérique.</translation>
    </message>
    <message>
        <source>Free software under the MIT licence. Qt is used under the LGPL version 3, as separate libraries that may be replaced.</source>
        <translation>Logiciel libre sous licence MIT. Qt est utilisé sous licence LGPL version 3, sous forme de bibliothèques séparées et remplaçables.</translation>
    </message>
    <message>
        <source>What it is made of</source>
        <translation>Ce qui le compose</translation>
    </message>
    <message>
        <source>Component</source>
        <translation>Composant</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>Show the licences</source>
        <translation>Afficher les licences</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
</context>
<context>
    <name>command_line</name>
    <message>
        <source>usage:</source>
        <translation>utilisation&#xa0;:</translation>
    </message>
    <message>
        <source>Attach files to an anomaly of a digital safety register.</source>
        <translation>Joint des fichiers à une anomalie d’un registre de sécurité numérique.</translation>
    </message>
    <message>
        <source>Exit codes: 0 all files uploaded or skipped; 1 some were not; 2 wrong usage; 130 interrupted.</source>
        <translation>Codes de sortie&#xa0;: 0 tous les fichiers sont envoyés ou l’étaient déjà&#xa0;; 1 certains ne le sont pas&#xa0;; 2 utilisation incorrecte&#xa0;; 130 interruption.</translation>
    </message>
    <message>
        <source>what is sent:</source>
        <translation>ce qui est envoyé&#xa0;:</translation>
    </message>
    <message>
        <source>options:</source>
        <translation>options&#xa0;:</translation>
    </message>
    <message>
        <source>files and folders put into the queue at start</source>
        <translation>fichiers et dossiers mis dans la file au démarrage</translation>
    </message>
    <message>
        <source>the anomaly that receives them</source>
        <translation>l’anomalie qui les reçoit</translation>
    </message>
    <message>
        <source>begin at once (needs --anomaly)</source>
        <translation>commencer aussitôt (demande --anomaly)</translation>
    </message>
    <message>
        <source>leave when nothing is left to do</source>
        <translation>quitter quand il ne reste rien à faire</translation>
    </message>
    <message>
        <source>write this run’s receipt as JSON when leaving</source>
        <translation>écrire en quittant le reçu de cet envoi, en JSON</translation>
    </message>
    <message>
        <source>no window; implies --start --quit-when-done</source>
        <translation>sans fenêtre&#xa0;; comprend --start et --quit-when-done</translation>
    </message>
    <message>
        <source>send also what was already uploaded to this anomaly</source>
        <translation>envoyer aussi ce qui a déjà été envoyé à cette anomalie</translation>
    </message>
    <message>
        <source>convert pictures the service refuses (HEIC, WebP, TIFF, BMP) to JPEG</source>
        <translation>convertir en JPEG les images que le service refuse (HEIC, WebP, TIFF, BMP)</translation>
    </message>
    <message>
        <source>send other files it refuses inside a ZIP, as they are</source>
        <translation>envoyer les autres fichiers qu’il refuse dans un ZIP, tels quels</translation>
    </message>
    <message>
        <source>use the built-in stand-in service on this machine</source>
        <translation>utiliser le service d’essai intégré, sur cet ordinateur</translation>
    </message>
    <message>
        <source>--sandbox with sample files for anomaly DEMO-1, started at once</source>
        <translation>--sandbox avec des fichiers d’exemple pour l’anomalie DEMO-1, envoyés aussitôt</translation>
    </message>
    <message>
        <source>check what the program relies on, print it, and leave</source>
        <translation>vérifier ce dont le programme a besoin, l’afficher et quitter</translation>
    </message>
    <message>
        <source>show the program’s version and leave</source>
        <translation>afficher la version du programme et quitter</translation>
    </message>
    <message>
        <source>show this help and leave</source>
        <translation>afficher cette aide et quitter</translation>
    </message>
    <message>
        <source>%1 is not an option (see uploader-gui --help).</source>
        <translation>%1 n’est pas une option (voir uploader-gui --help).</translation>
    </message>
    <message>
        <source>%1 needs a value after it (see uploader-gui --help).</source>
        <translation>%1 demande une valeur à sa suite (voir uploader-gui --help).</translation>
    </message>
    <message>
        <source>%1 stands alone, without a value (see uploader-gui --help).</source>
        <translation>%1 s’écrit seul, sans valeur (voir uploader-gui --help).</translation>
    </message>
    <message>
        <source>%1 (see uploader-gui --help).</source>
        <translation>%1 (voir uploader-gui --help).</translation>
    </message>
    <message>
        <source>%1 is no anomaly ID: 1 to 64 letters, digits, _ or -.</source>
        <translation>%1 n’est pas un numéro d’anomalie&#xa0;: 1 à 64 lettres sans accent, chiffres, _ ou -.</translation>
    </message>
    <message>
        <source>%1 needs an anomaly: add --anomaly ID.</source>
        <translation>%1 demande une anomalie&#xa0;: ajoutez --anomaly ID.</translation>
    </message>
    <message>
        <source>the folder it was started in cannot be used: %1.</source>
        <translation>le dossier où le programme a été lancé ne peut pas être utilisé&#xa0;: %1.</translation>
    </message>
    <message>
        <source>a PATH is empty.</source>
        <translation>un PATH est vide.</translation>
    </message>
    <message>
        <source>--report needs the name of a file.</source>
        <translation>--report demande un nom de fichier.</translation>
    </message>
    <message>
        <source>the receipt would replace a file that is to be sent: %1.</source>
        <translation>le reçu remplacerait un fichier à envoyer&#xa0;: %1.</translation>
    </message>
    <message>
        <source>the receipt cannot be written: %1 is a folder.</source>
        <translation>le reçu ne peut pas être écrit&#xa0;: %1 est un dossier.</translation>
    </message>
    <message>
        <source>the receipt cannot be written: %1 names a folder.</source>
        <translation>le reçu ne peut pas être écrit&#xa0;: %1 désigne un dossier.</translation>
    </message>
    <message>
        <source>the receipt cannot be written: %1 is a pipe.</source>
        <translation>le reçu ne peut pas être écrit&#xa0;: %1 est un tube.</translation>
    </message>
    <message>
        <source>the receipt cannot be written: %1 is no folder that can be written to (%2).</source>
        <translation>le reçu ne peut pas être écrit&#xa0;: %1 n’est pas un dossier où l’on peut écrire (%2).</translation>
    </message>
    <message>
        <source>Running without a window. %1</source>
        <translation>Le programme s’exécute sans fenêtre. %1</translation>
    </message>
    <message>
        <source>%1 Without a window: uploader-gui --headless --anomaly ID PATH …</source>
        <translation>%1 Sans fenêtre&#xa0;: uploader-gui --headless --anomaly ID PATH …</translation>
    </message>
</context>
<context>
    <name>connection</name>
    <message>
        <source>This address cannot be used.</source>
        <translation>Cette adresse ne peut pas être utilisée.</translation>
    </message>
    <message>
        <source>The file %1 holds no certificate that can be used.</source>
        <translation>Le fichier %1 ne contient aucun certificat utilisable.</translation>
    </message>
    <message>
        <source>The way leads through the proxy %1.</source>
        <translation>Le chemin passe par le proxy %1.</translation>
    </message>
    <message>
        <source>The proxy does not let the program through (%1). Ask your IT department.</source>
        <translation>Le proxy ne laisse pas passer le programme (%1). Adressez-vous à votre service informatique.</translation>
    </message>
    <message>
        <source>The proxy asks for a user name and a password. Ask your IT department for an address with both.</source>
        <translation>Le proxy demande un nom d’utilisateur et un mot de passe. Demandez à votre service informatique une adresse qui les contient.</translation>
    </message>
    <message>
        <source>The name %1 is known.</source>
        <translation>Le nom %1 est connu.</translation>
    </message>
    <message>
        <source>The name %1 cannot be found. Check the address and whether this computer is online.</source>
        <translation>Le nom %1 est introuvable. Vérifiez l’adresse et si cet ordinateur est en ligne.</translation>
    </message>
    <message>
        <source>%1 can be reached (%2).</source>
        <translation>%1 est joignable (%2).</translation>
    </message>
    <message>
        <source>%1 does not answer. A firewall may stand in the way, or the server is switched off.</source>
        <translation>%1 ne répond pas. Un pare-feu bloque peut-être le chemin, ou le serveur est arrêté.</translation>
    </message>
    <message>
        <source>The connection is secure. The certificate was issued by %1.</source>
        <translation>La connexion est sécurisée. Le certificat a été délivré par %1.</translation>
    </message>
    <message>
        <source>The connection is secure.</source>
        <translation>La connexion est sécurisée.</translation>
    </message>
    <message>
        <source>The connection is not encrypted, but stays on this computer.</source>
        <translation>La connexion n’est pas chiffrée, mais elle ne quitte pas cet ordinateur.</translation>
    </message>
    <message>
        <source>The certificate was issued by %1, whom this computer does not trust. Your network may replace certificates: ask your IT department for its certificate authority and choose that file here.</source>
        <translation>Le certificat a été délivré par %1, à qui cet ordinateur ne fait pas confiance. Votre réseau remplace peut-être les certificats&#xa0;: demandez à votre service informatique son autorité de certification et choisissez ce fichier ici.</translation>
    </message>
    <message>
        <source>The server vouches only for itself (certificate of %1). Nothing is sent to it. Ask your IT department.</source>
        <translation>Le serveur se porte garant de lui-même (certificat de %1). Rien ne lui est envoyé. Adressez-vous à votre service informatique.</translation>
    </message>
    <message>
        <source>The certificate of %1 is out of date, or the date of this computer is wrong.</source>
        <translation>Le certificat de %1 est périmé, ou la date de cet ordinateur est fausse.</translation>
    </message>
    <message>
        <source>The certificate is not for %1: something else answers in its place. Nothing is sent to it.</source>
        <translation>Le certificat n’est pas celui de %1&#xa0;: autre chose répond à sa place. Rien ne lui est envoyé.</translation>
    </message>
    <message>
        <source>Something answers there, but without a secure connection.</source>
        <translation>Quelque chose répond à cette adresse, mais sans connexion sécurisée.</translation>
    </message>
    <message>
        <source>The service answers.</source>
        <translation>Le service répond.</translation>
    </message>
    <message>
        <source>A web page answers in place of the service: this network may want you to sign in. Open a web browser, then test again.</source>
        <translation>Une page web répond à la place du service&#xa0;: ce réseau demande peut-être une connexion. Ouvrez un navigateur web, puis refaites le test.</translation>
    </message>
    <message>
        <source>The answer leads elsewhere (%1). Check the address, or sign in to this network in a web browser.</source>
        <translation>La réponse mène ailleurs (%1). Vérifiez l’adresse, ou connectez-vous à ce réseau dans un navigateur web.</translation>
    </message>
    <message>
        <source>The service has a problem at the moment (%1). Try again later.</source>
        <translation>Le service a un problème en ce moment (%1). Réessayez plus tard.</translation>
    </message>
    <message>
        <source>The service is busy at the moment. Sending goes on by itself.</source>
        <translation>Le service est très sollicité en ce moment. L’envoi reprend de lui-même.</translation>
    </message>
    <message>
        <source>What answers there is not the service (%1). Check the address.</source>
        <translation>Ce qui répond à cette adresse n’est pas le service (%1). Vérifiez l’adresse.</translation>
    </message>
    <message>
        <source>The connection stood, but no answer came.</source>
        <translation>La connexion était établie, mais aucune réponse n’est venue.</translation>
    </message>
    <message>
        <source>Your tokens are accepted.</source>
        <translation>Vos jetons sont acceptés.</translation>
    </message>
    <message>
        <source>Your tokens are not accepted. Sign in with new ones.</source>
        <translation>Vos jetons ne sont pas acceptés. Connectez-vous avec de nouveaux jetons.</translation>
    </message>
    <message>
        <source>Your tokens do not open this. Sign in with others, or ask who looks after the register.</source>
        <translation>Vos jetons ne donnent pas accès à ceci. Connectez-vous avec d’autres, ou adressez-vous à qui gère le registre.</translation>
    </message>
    <message>
        <source>Your session has expired. Sign in with new tokens.</source>
        <translation>Votre session a expiré. Connectez-vous avec de nouveaux jetons.</translation>
    </message>
    <message>
        <source>Whether your tokens are accepted will show with the first file: the service does not say.</source>
        <translation>Le premier fichier montrera si vos jetons sont acceptés&#xa0;: le service ne le dit pas.</translation>
    </message>
    <message>
        <source>You are not signed in, so no tokens were tested.</source>
        <translation>Vous n’êtes pas connecté&#xa0;: aucun jeton n’a été testé.</translation>
    </message>
    <message>
        <source>Your tokens belong to the saved server and were not sent to this one.</source>
        <translation>Vos jetons sont ceux du serveur enregistré et n’ont pas été envoyés à celui-ci.</translation>
    </message>
    <message>
        <source>Anomaly %1: %2</source>
        <translation>Anomalie %1&#xa0;: %2</translation>
    </message>
    <message>
        <source>The service does not know anomaly %1, or does not show it.</source>
        <translation>Le service ne connaît pas l’anomalie %1, ou ne la montre pas.</translation>
    </message>
    <message>
        <source>The clock of this computer is right.</source>
        <translation>L’horloge de cet ordinateur est à l’heure.</translation>
    </message>
    <message>
        <source>The clock of this computer is %1 fast. The program allows for that.</source>
        <translation>L’horloge de cet ordinateur avance de %1. Le programme en tient compte.</translation>
    </message>
    <message>
        <source>The clock of this computer is %1 slow. The program allows for that.</source>
        <translation>L’horloge de cet ordinateur retarde de %1. Le programme en tient compte.</translation>
    </message>
    <message>
        <source>The test broke off: internal error. The log says more.</source>
        <translation>Le test s’est interrompu&#xa0;: erreur interne. Le journal en dit plus.</translation>
    </message>
    <message>
        <source>somebody unnamed</source>
        <translation>un émetteur sans nom</translation>
    </message>
</context>
<context>
    <name>filters</name>
    <message>
        <source>All</source>
        <translation>Tous</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En attente</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>En cours</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Échecs</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Refusés</translation>
    </message>
    <message>
        <source>Uploaded</source>
        <translation>Envoyés</translation>
    </message>
    <message>
        <source>Uploaded (trial)</source>
        <translation>Envoyés (essai)</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Annulés</translation>
    </message>
</context>
<context>
    <name>handover</name>
    <message>
        <source>handed over to the window already open.</source>
        <translation>confié à la fenêtre déjà ouverte.</translation>
    </message>
    <message>
        <source>handed over to the window already open, which is still looking through the files.</source>
        <translation>confié à la fenêtre déjà ouverte, qui parcourt encore les fichiers.</translation>
    </message>
    <message>
        <source>a window is already open on these data, but does not answer. Nothing was handed over.</source>
        <translation>une fenêtre est déjà ouverte sur ces données, mais ne répond pas. Rien ne lui a été confié.</translation>
    </message>
    <message>
        <source>the window already open has not said whether it took the files. Look at its list before you give them again.</source>
        <translation>la fenêtre déjà ouverte n’a pas dit si elle a pris les fichiers. Regardez sa liste avant de les donner à nouveau.</translation>
    </message>
    <message>
        <source>a window is already open on these data; its Receipt… button gives the receipt.</source>
        <translation>une fenêtre est déjà ouverte sur ces données&#xa0;; son bouton «&#xa0;Reçu…&#xa0;» donne le reçu.</translation>
    </message>
    <message>
        <source>the window already open belongs to another version of this program: close it first. Nothing was handed over.</source>
        <translation>la fenêtre déjà ouverte est celle d’une autre version de ce programme&#xa0;: fermez-la d’abord. Rien ne lui a été confié.</translation>
    </message>
    <message>
        <source>these are too many files for the window already open: give their folder. Nothing was handed over.</source>
        <translation>cela fait trop de fichiers pour la fenêtre déjà ouverte&#xa0;: donnez leur dossier. Rien ne lui a été confié.</translation>
    </message>
    <message>
        <source>the window already open cannot take files now, and says why. Nothing was handed over.</source>
        <translation>la fenêtre déjà ouverte ne peut pas prendre de fichiers en ce moment, et dit pourquoi. Rien ne lui a été confié.</translation>
    </message>
    <message>
        <source>the window already open did not take what it was given. Nothing was handed over.</source>
        <translation>la fenêtre déjà ouverte n’a pas pris ce qui lui était donné. Rien ne lui a été confié.</translation>
    </message>
</context>
<context>
    <name>help</name>
    <message>
        <source>Help…</source>
        <translation>Aide…</translation>
    </message>
    <message>
        <source>User guide</source>
        <translation>Guide d’utilisation</translation>
    </message>
    <message>
        <source>Pages of the guide</source>
        <translation>Pages du guide</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>Support may ask for the log or the diagnostics. Neither holds tokens or upload links.</source>
        <translation>L’assistance peut vous demander le journal ou le diagnostic. Ils ne contiennent ni jetons ni liens d’envoi.</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>Afficher le journal</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>Copier le diagnostic</translation>
    </message>
    <message>
        <source>Copied. Paste it into an e-mail or a message.</source>
        <translation>Copié. Collez-le dans un courriel ou un message.</translation>
    </message>
</context>
<context>
    <name>manners</name>
    <message>
        <source>Keep sending in the background</source>
        <translation>Continuer l’envoi en arrière-plan</translation>
    </message>
    <message>
        <source>Files not sent</source>
        <translation>Fichiers non envoyés</translation>
    </message>
    <message>
        <source>The window closes; the program quits once everything is sent, and comes back if a file needs you.</source>
        <translation>La fenêtre se ferme&#xa0;; le programme s’arrête une fois tout envoyé, et revient si un fichier a besoin de vous.</translation>
    </message>
    <message>
        <source>Stay here</source>
        <translation>Rester ici</translation>
    </message>
    <message>
        <source>Files you added are still being looked at.</source>
        <translation>Des fichiers ajoutés sont encore en cours d’examen.</translation>
    </message>
    <message>
        <source>You find them here again the next time you open the program. Nothing is sent by itself then.</source>
        <translation>Vous les retrouverez ici à la prochaine ouverture du programme. Rien ne partira alors tout seul.</translation>
    </message>
    <message>
        <source>The list cannot be saved on this computer just now: add again what is missing next time.</source>
        <translation>La liste ne peut pas être enregistrée sur cet ordinateur en ce moment&#xa0;: la prochaine fois, ajoutez de nouveau ce qui manque.</translation>
    </message>
    <message>
        <source>Files are still being looked at: add again those that are not on the list next time.</source>
        <translation>Des fichiers sont encore en cours d’examen&#xa0;: la prochaine fois, ajoutez de nouveau ceux qui ne sont pas dans la liste.</translation>
    </message>
    <message>
        <source>What you cancelled does not come back.</source>
        <translation>Ce que vous avez annulé n’y reviendra pas.</translation>
    </message>
    <message>
        <source>Go on with the trial in the background</source>
        <translation>Continuer l’essai en arrière-plan</translation>
    </message>
    <message>
        <source>The window closes; the program quits once the trial is over, and comes back if a file needs you.</source>
        <translation>La fenêtre se ferme&#xa0;; le programme s’arrête une fois l’essai terminé, et revient si un fichier a besoin de vous.</translation>
    </message>
    <message>
        <source>Close the trial</source>
        <translation>Fermer l’essai</translation>
    </message>
    <message>
        <source>Its list is forgotten. Nothing was sent to the register; your own files stay where they are.</source>
        <translation>Sa liste est oubliée. Rien n’a été envoyé au registre&#xa0;; vos propres fichiers restent où ils sont.</translation>
    </message>
    <message>
        <source>Do not add</source>
        <translation>Ne pas ajouter</translation>
    </message>
    <message>
        <source>What has arrived stays stored. What is cancelled stays on the list and can be tried again.</source>
        <translation>Ce qui est arrivé reste enregistré. Ce qui est annulé reste dans la liste et peut être réessayé.</translation>
    </message>
    <message>
        <source>Do not cancel</source>
        <translation>Ne pas annuler</translation>
    </message>
    <message>
        <source>Sign out: forget the tokens on this computer</source>
        <translation>Se déconnecter&#xa0;: oublier les jetons sur cet ordinateur</translation>
    </message>
    <message>
        <source>Anomalies used last</source>
        <translation>Dernières anomalies utilisées</translation>
    </message>
    <message>
        <source>Your session has ended. Sign in with new tokens before you go on.</source>
        <translation>Votre session est terminée. Connectez-vous avec de nouveaux jetons avant de continuer.</translation>
    </message>
    <message>
        <source>Your session ends in %1; sending may take about %2. Sign in with new tokens to be on the safe side.</source>
        <translation>Votre session se termine dans %1&#xa0;; l’envoi peut prendre environ %2. Par prudence, connectez-vous avec de nouveaux jetons.</translation>
    </message>
    <message>
        <source>A link is not followed. Save the picture or file to a folder first, then drop it here.</source>
        <translation>Un lien n’est pas suivi. Enregistrez d’abord l’image ou le fichier dans un dossier, puis déposez-le ici.</translation>
    </message>
    <message>
        <source>This is on another device or server. Copy it to a folder of this computer first, then drop it here.</source>
        <translation>Ceci se trouve sur un autre appareil ou un serveur. Copiez-le d’abord dans un dossier de cet ordinateur, puis déposez-le ici.</translation>
    </message>
    <message>
        <source>Text alone is no file. Save it as a file first, then drop that.</source>
        <translation>Du texte seul n’est pas un fichier. Enregistrez-le d’abord dans un fichier, puis déposez celui-ci.</translation>
    </message>
    <message>
        <source>There is no file in it. Save it to a folder first, then drop that.</source>
        <translation>Il n’y a pas de fichier. Enregistrez-le d’abord dans un dossier, puis déposez-le.</translation>
    </message>
    <message>
        <source>Add this picture to anomaly %1</source>
        <translation>Ajouter cette image à l’anomalie %1</translation>
    </message>
    <message>
        <source>It is saved as a PNG file</source>
        <translation>Elle est enregistrée en fichier PNG</translation>
    </message>
    <message>
        <source>The picture could not be added: %1</source>
        <translation>L’image n’a pas pu être ajoutée&#xa0;: %1</translation>
    </message>
    <message>
        <source>it cannot be read</source>
        <translation>elle est illisible</translation>
    </message>
    <message>
        <source>Show the window</source>
        <translation>Afficher la fenêtre</translation>
    </message>
    <message>
        <source>Sending goes on in the background</source>
        <translation>L’envoi continue en arrière-plan</translation>
    </message>
    <message>
        <source>Open the program again to see the files.</source>
        <translation>Rouvrez le programme pour voir les fichiers.</translation>
    </message>
    <message>
        <source>All files are sent</source>
        <translation>Tous les fichiers sont envoyés</translation>
    </message>
    <message>
        <source>Some files need you</source>
        <translation>Des fichiers ont besoin de vous</translation>
    </message>
    <message>
        <source>Sign in to go on</source>
        <translation>Connectez-vous pour continuer</translation>
    </message>
    <message numerus="yes">
        <source>Cancel the %Ln files that have not been sent yet?</source>
        <translation>
            <numerusform>Annuler l’envoi de %Ln fichier restant&#xa0;?</numerusform>
            <numerusform>Annuler l’envoi des %Ln fichiers restants&#xa0;?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 are not attached to anomaly %2: %3.</source>
        <translation>
            <numerusform>%1 n’est pas joint à l’anomalie %2&#xa0;: %3.</numerusform>
            <numerusform>%1 ne sont pas joints à l’anomalie %2&#xa0;: %3.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 are not attached to their anomaly: %2.</source>
        <translation>
            <numerusform>%1 n’est pas joint à son anomalie&#xa0;: %2.</numerusform>
            <numerusform>%1 ne sont pas joints à leur anomalie&#xa0;: %2.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>TRIAL: %1 have not got through: %2.</source>
        <translation>
            <numerusform>ESSAI&#xa0;: %1 n’est pas passé&#xa0;: %2.</numerusform>
            <numerusform>ESSAI&#xa0;: %1 ne sont pas passés&#xa0;: %2.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln waiting</source>
        <translation>
            <numerusform>%Ln en attente</numerusform>
            <numerusform>%Ln en attente</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln being sent</source>
        <translation>
            <numerusform>%Ln en cours d’envoi</numerusform>
            <numerusform>%Ln en cours d’envoi</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln cancelled</source>
        <translation>
            <numerusform>%Ln annulé</numerusform>
            <numerusform>%Ln annulés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files uploaded (trial)</source>
        <translation>
            <numerusform>%Ln fichier envoyé (essai)</numerusform>
            <numerusform>%Ln fichiers envoyés (essai)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files uploaded</source>
        <translation>
            <numerusform>%Ln fichier envoyé</numerusform>
            <numerusform>%Ln fichiers envoyés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln failed</source>
        <translation>
            <numerusform>%Ln en échec</numerusform>
            <numerusform>%Ln en échec</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln refused</source>
        <translation>
            <numerusform>%Ln refusé</numerusform>
            <numerusform>%Ln refusés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln items were left out, because they are not on this computer: %1. Copy them to a folder here first, then drop them.</source>
        <translation>
            <numerusform>%Ln élément a été laissé de côté, car il n’est pas sur cet ordinateur&#xa0;: %1. Copiez-le d’abord dans un dossier d’ici, puis déposez-le.</numerusform>
            <numerusform>%Ln éléments ont été laissés de côté, car ils ne sont pas sur cet ordinateur&#xa0;: %1. Copiez-les d’abord dans un dossier d’ici, puis déposez-les.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files still to send</source>
        <translation>
            <numerusform>%Ln fichier encore à envoyer</numerusform>
            <numerusform>%Ln fichiers encore à envoyer</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>offers</name>
    <message>
        <source>This cannot be taken: it is a mail</source>
        <translation>Impossible à prendre&#xa0;: c’est un message</translation>
    </message>
    <message>
        <source>This cannot be taken: the file is only promised</source>
        <translation>Impossible à prendre&#xa0;: le fichier est seulement promis</translation>
    </message>
    <message>
        <source>This cannot be taken: it is on another device or server</source>
        <translation>Impossible à prendre&#xa0;: c’est sur un autre appareil ou serveur</translation>
    </message>
    <message>
        <source>This cannot be taken: it is a link</source>
        <translation>Impossible à prendre&#xa0;: c’est un lien</translation>
    </message>
    <message>
        <source>This cannot be taken: it is text</source>
        <translation>Impossible à prendre&#xa0;: c’est du texte</translation>
    </message>
    <message>
        <source>This cannot be taken: these are more than 10,000 files</source>
        <translation>Impossible à prendre&#xa0;: ce sont plus de 10&#x202f;000 fichiers</translation>
    </message>
    <message>
        <source>This cannot be taken: there is no file in it</source>
        <translation>Impossible à prendre&#xa0;: il n’y a pas de fichier dedans</translation>
    </message>
    <message>
        <source>Your mail program gives no file away here. Save the mail to a folder first, then drop that file here.</source>
        <translation>Votre messagerie ne donne pas de fichier ici. Enregistrez d’abord le message dans un dossier, puis déposez ce fichier ici.</translation>
    </message>
    <message>
        <source>The other program only gives it to a folder. Drag it to a folder first, and from there to here.</source>
        <translation>L’autre programme ne le donne qu’à un dossier. Faites-le d’abord glisser dans un dossier, et de là jusqu’ici.</translation>
    </message>
    <message>
        <source>Copy them to a folder first, then drop that folder here.</source>
        <translation>Copiez-les d’abord dans un dossier, puis déposez ce dossier ici.</translation>
    </message>
    <message>
        <source>Add these files to anomaly %1</source>
        <translation>Ajouter ces fichiers à l’anomalie %1</translation>
    </message>
    <message>
        <source>It is kept as it is</source>
        <translation>Elle est gardée telle quelle</translation>
    </message>
    <message>
        <source>Fetching begins at once; the originals stay where they are</source>
        <translation>La récupération commence tout de suite&#x202f;; les originaux restent où ils sont</translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files from your phone to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier de votre téléphone à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers de votre téléphone à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files from Outlook to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier d’Outlook à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers d’Outlook à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files from a ZIP to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier d’un ZIP à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers d’un ZIP à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files from a web page to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier d’une page web à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers d’une page web à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files from another program to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier d’un autre programme à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers d’un autre programme à l’anomalie %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>password_store</name>
    <message>
        <source>Signing in…</source>
        <translation>Connexion…</translation>
    </message>
    <message>
        <source>This computer’s password store does not answer yet; perhaps it asks for its password. Whatever you add is kept and goes once it answers, or once you sign in here.</source>
        <translation>Le gestionnaire de mots de passe de cet ordinateur ne répond pas encore&#xa0;; peut-être demande-t-il son mot de passe. Tout ce que vous ajoutez est conservé et partira dès qu’il répondra, ou dès que vous vous connecterez ici.</translation>
    </message>
    <message>
        <source>This computer’s password store does not answer. You are signed in, but the tokens are kept only if it answers before the program closes.</source>
        <translation>Le gestionnaire de mots de passe de cet ordinateur ne répond pas. Vous êtes connecté, mais les jetons ne seront conservés que s’il répond avant la fermeture du programme.</translation>
    </message>
    <message>
        <source>This computer’s password store does not answer. You are signed out, but the tokens may still be in it: sign out once more when it works.</source>
        <translation>Le gestionnaire de mots de passe de cet ordinateur ne répond pas. Vous êtes déconnecté, mais les jetons s’y trouvent peut-être encore&#xa0;: déconnectez-vous une nouvelle fois quand il fonctionnera.</translation>
    </message>
    <message>
        <source>this computer’s password store (keyring) does not answer; unlock it, or set UPLOADER_BEARER_TOKEN and UPLOADER_SESSION_TOKEN.</source>
        <translation>le gestionnaire de mots de passe de cet ordinateur ne répond pas&#xa0;; déverrouillez-le, ou définissez UPLOADER_BEARER_TOKEN et UPLOADER_SESSION_TOKEN.</translation>
    </message>
</context>
<context>
    <name>self_test</name>
    <message>
        <source>ok</source>
        <translation>ok</translation>
    </message>
    <message>
        <source>note</source>
        <translation>note</translation>
    </message>
    <message>
        <source>amiss</source>
        <translation>erreur</translation>
    </message>
    <message>
        <source>data folder</source>
        <translation>dossier des données</translation>
    </message>
    <message>
        <source>keyring</source>
        <translation>trousseau de mots de passe</translation>
    </message>
    <message>
        <source>trusted certificates</source>
        <translation>certificats de confiance</translation>
    </message>
    <message>
        <source>journal (SQLite)</source>
        <translation>journal (SQLite)</translation>
    </message>
    <message>
        <source>images in the window</source>
        <translation>images dans la fenêtre</translation>
    </message>
    <message>
        <source>converting pictures</source>
        <translation>conversion des photos</translation>
    </message>
    <message>
        <source>icons and style</source>
        <translation>icônes et style</translation>
    </message>
    <message>
        <source>translations</source>
        <translation>traductions</translation>
    </message>
    <message>
        <source>none; tokens are kept in memory until the program closes</source>
        <translation>aucun&#xa0;; les jetons restent en mémoire jusqu’à la fermeture du programme</translation>
    </message>
    <message>
        <source>what was just written cannot be read</source>
        <translation>ce qui vient d’être écrit ne peut pas être relu</translation>
    </message>
    <message>
        <source>it does not answer; perhaps it waits for its password</source>
        <translation>il ne répond pas&#xa0;; peut-être attend-il son mot de passe</translation>
    </message>
    <message>
        <source>the system’s own</source>
        <translation>ceux du système</translation>
    </message>
    <message>
        <source>none found; on Debian: apt install ca-certificates</source>
        <translation>aucun trouvé&#xa0;; sous Debian&#xa0;: apt install ca-certificates</translation>
    </message>
    <message>
        <source>not looked at, since no window can be opened here (%1)</source>
        <translation>non vérifiées, car aucune fenêtre ne peut s’ouvrir ici (%1)</translation>
    </message>
    <message>
        <source>English only, since Qt cannot be loaded here (%1)</source>
        <translation>anglais seulement, car Qt ne peut pas être chargé ici (%1)</translation>
    </message>
    <message>
        <source>%1; not all damage in HEIC photos is found here</source>
        <translation>%1&#x202f;; les photos HEIC endommagées ne sont pas toutes reconnues ici</translation>
    </message>
    <message>
        <source>lacking: %1</source>
        <translation>il manque&#xa0;: %1</translation>
    </message>
</context>
<context>
    <name>settings</name>
    <message>
        <source>Connection</source>
        <translation>Connexion</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Envoi</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>Serveur mandataire (proxy)</translation>
    </message>
    <message>
        <source>The system’s</source>
        <translation>Celui du système</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Aucun</translation>
    </message>
    <message>
        <source>This address:</source>
        <translation>Cette adresse&#xa0;:</translation>
    </message>
    <message>
        <source>Address of the proxy</source>
        <translation>Adresse du proxy</translation>
    </message>
    <message>
        <source>The proxy’s address begins with http:// and ends with its port.</source>
        <translation>L’adresse du proxy commence par http:// et se termine par son port.</translation>
    </message>
    <message>
        <source>Further certificate authority (your IT department tells)</source>
        <translation>Autre autorité de certification (voir votre service informatique)</translation>
    </message>
    <message>
        <source>None chosen</source>
        <translation>Aucune choisie</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Choisir…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>This file holds no certificate that can be used.</source>
        <translation>Ce fichier ne contient aucun certificat utilisable.</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer)</source>
        <translation>Certificats (*.pem *.crt *.cer)</translation>
    </message>
    <message>
        <source>Speed limit for all files together</source>
        <translation>Débit maximal, tous fichiers confondus</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Sans limite</translation>
    </message>
    <message>
        <source>MB/s</source>
        <translation>Mo/s</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Couleurs</translation>
    </message>
    <message>
        <source>As in the system</source>
        <translation>Comme le système</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Claires</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Sombres</translation>
    </message>
    <message>
        <source>Finished deposits stay in History for</source>
        <translation>Les dépôts terminés restent dans l’historique pendant</translation>
    </message>
    <message>
        <source>days</source>
        <translation>jours</translation>
    </message>
    <message>
        <source>Fixed by the environment variable %1</source>
        <translation>Fixé par la variable d’environnement %1</translation>
    </message>
    <message>
        <source>Fixed for this computer by your IT department (%1)</source>
        <translation>Fixé sur cet ordinateur par votre service informatique (%1)</translation>
    </message>
    <message>
        <source>Test connection</source>
        <translation>Tester la connexion</translation>
    </message>
    <message>
        <source>Stop the test</source>
        <translation>Arrêter le test</translation>
    </message>
    <message>
        <source>Testing…</source>
        <translation>Test en cours…</translation>
    </message>
    <message>
        <source>Results of the test</source>
        <translation>Résultats du test</translation>
    </message>
    <message>
        <source>works</source>
        <translation>fonctionne</translation>
    </message>
    <message>
        <source>good to know</source>
        <translation>bon à savoir</translation>
    </message>
    <message>
        <source>could not be told</source>
        <translation>indéterminé</translation>
    </message>
    <message>
        <source>does not work</source>
        <translation>ne fonctionne pas</translation>
    </message>
    <message>
        <source>No settings were read, because %1 is not a file. The usual ones apply, and it stays as it is.</source>
        <translation>Aucun réglage n’a été lu, car %1 n’est pas un fichier. Les réglages habituels s’appliquent, et rien n’y est modifié.</translation>
    </message>
    <message>
        <source>The settings in %1 cannot be read (%2). The usual ones apply.</source>
        <translation>Les réglages dans %1 ne peuvent pas être lus (%2). Les réglages habituels s’appliquent.</translation>
    </message>
    <message>
        <source>The settings file was damaged. The usual settings apply; the old file is kept as %1</source>
        <translation>Le fichier de réglages était endommagé. Les réglages habituels s’appliquent&#xa0;; l’ancien fichier est conservé sous %1</translation>
    </message>
    <message>
        <source>The certificate authority %1 cannot be used (%2). The program does without it until it can, or until another one is chosen in the settings.</source>
        <translation>L’autorité de certification %1 ne peut pas être utilisée (%2). Le programme s’en passe tant qu’elle ne peut pas l’être, ou qu’une autre n’est pas choisie dans les réglages.</translation>
    </message>
    <message>
        <source>The settings could not be saved as %1 (%2). They apply until the program closes.</source>
        <translation>Les réglages n’ont pas pu être enregistrés sous %1 (%2). Ils s’appliquent jusqu’à la fermeture du programme.</translation>
    </message>
    <message>
        <source>%1 does not count: your IT department fixes this setting (%2).</source>
        <translation>%1 n’est pas pris en compte&#xa0;: votre service informatique fixe ce réglage (%2).</translation>
    </message>
</context>
<context>
    <name>start</name>
    <message>
        <source>There is no display.</source>
        <translation>Il n’y a pas d’écran.</translation>
    </message>
    <message>
        <source>Qt needs a system library that is missing (%1). On Debian: apt install %2</source>
        <translation>Il manque une bibliothèque du système dont Qt a besoin (%1). Sous Debian&#xa0;: apt install %2</translation>
    </message>
    <message>
        <source>cannot write to the data folder %1: %2.</source>
        <translation>impossible d’écrire dans le dossier de données %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>cannot write the log %1: %2.</source>
        <translation>impossible d’écrire le journal d’activité %1&#xa0;: %2.</translation>
    </message>
    <message>
        <source>a token is empty or holds characters that no token has.</source>
        <translation>un jeton est vide ou contient des caractères qu’aucun jeton n’a.</translation>
    </message>
    <message>
        <source>the server address (UPLOADER_API_URL) cannot be used: %1.</source>
        <translation>l’adresse du serveur (UPLOADER_API_URL) ne peut pas être utilisée&#xa0;: %1.</translation>
    </message>
    <message>
        <source>“%1” in %2</source>
        <translation>«&#xa0;%1&#xa0;» dans %2</translation>
    </message>
    <message>
        <source>%1 is wrong: it must be one of %2.</source>
        <translation>%1 est incorrect&#xa0;: il faut l’une des valeurs %2.</translation>
    </message>
    <message>
        <source>%1 is wrong: it must be a whole number from %2 to %3.</source>
        <translation>%1 est incorrect&#xa0;: il faut un nombre entier de %2 à %3.</translation>
    </message>
    <message>
        <source>%1 is wrong: it must be a number from %2 to %3.</source>
        <translation>%1 est incorrect&#xa0;: il faut un nombre de %2 à %3.</translation>
    </message>
    <message>
        <source>%1 is wrong: it must be a number, %2 or more.</source>
        <translation>%1 est incorrect&#xa0;: il faut un nombre, %2 ou plus.</translation>
    </message>
    <message>
        <source>%1 is wrong: it must be system, none, or an address such as %2.</source>
        <translation>%1 est incorrect&#xa0;: il faut system, none ou une adresse comme %2.</translation>
    </message>
    <message>
        <source>%1 is wrong: it must be text.</source>
        <translation>%1 est incorrect&#xa0;: il faut du texte.</translation>
    </message>
    <message>
        <source>%1 is no settings file.</source>
        <translation>%1 n’est pas un fichier de réglages.</translation>
    </message>
    <message>
        <source>the settings file %1 cannot be read: %2.</source>
        <translation>le fichier de réglages %1 ne peut pas être lu&#xa0;: %2.</translation>
    </message>
    <message>
        <source>the settings file %1 cannot be read: it is not valid JSON (line %2).</source>
        <translation>le fichier de réglages %1 ne peut pas être lu&#xa0;: ce n’est pas du JSON valable (ligne %2).</translation>
    </message>
    <message>
        <source>the settings file %1 cannot be read: it is not a JSON object.</source>
        <translation>le fichier de réglages %1 ne peut pas être lu&#xa0;: ce n’est pas un objet JSON.</translation>
    </message>
    <message>
        <source>the settings for this computer in %1 cannot be used: the file and its folder must belong to the administrator and be writable by nobody else.</source>
        <translation>les réglages de cet ordinateur dans %1 ne peuvent pas être utilisés&#xa0;: le fichier et son dossier doivent appartenir à l’administrateur et n’être modifiables par personne d’autre.</translation>
    </message>
</context>
<context>
    <name>terminal</name>
    <message>
        <source>offline – waiting</source>
        <translation>hors ligne – en attente</translation>
    </message>
    <message>
        <source>the service refuses the tokens</source>
        <translation>le service refuse les jetons</translation>
    </message>
    <message>
        <source>the register is overloaded or has an error – trying again</source>
        <translation>le registre est saturé ou rencontre une erreur – nouvel essai</translation>
    </message>
    <message>
        <source>the register’s storage is overloaded or has an error – trying again</source>
        <translation>le stockage du registre est saturé ou rencontre une erreur – nouvel essai</translation>
    </message>
    <message>
        <source>the journal cannot be written (disk full?) – waiting</source>
        <translation>le journal ne peut pas être écrit (disque plein&#xa0;?) – en attente</translation>
    </message>
    <message>
        <source>uploaded</source>
        <translation>envoyé</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>déjà envoyé</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>échec</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>refusé</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>annulé</translation>
    </message>
    <message>
        <source>TRIAL: nothing is sent to the register</source>
        <translation>ESSAI&#xa0;: rien n’est envoyé au registre</translation>
    </message>
    <message>
        <source>TRIAL</source>
        <translation>ESSAI</translation>
    </message>
    <message>
        <source>uploaded (trial)</source>
        <translation>envoyé (essai)</translation>
    </message>
    <message>
        <source>skipped (trial)</source>
        <translation>déjà envoyé (essai)</translation>
    </message>
    <message>
        <source>%1, as %2</source>
        <translation>%1, sous le nom %2</translation>
    </message>
    <message>
        <source>%1, as %2 without details, such as date or place, that could not be read</source>
        <translation>%1, sous le nom %2, sans les informations illisibles (date, lieu ou autres)</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 sur %2</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>encore %1</translation>
    </message>
    <message>
        <source>left out as junk: %1</source>
        <translation>fichiers système laissés de côté&#xa0;: %1</translation>
    </message>
    <message>
        <source>taken up again: %1</source>
        <translation>fichiers repris&#xa0;: %1</translation>
    </message>
    <message>
        <source>Nothing is left to send to anomaly %1.</source>
        <translation>Il ne reste rien à envoyer à l’anomalie %1.</translation>
    </message>
    <message>
        <source>still unfinished from earlier, not part of this run: %1</source>
        <translation>fichiers inachevés d’un envoi précédent, hors de celui-ci&#xa0;: %1</translation>
    </message>
    <message>
        <source>the journal was damaged; it was set aside as %1, and a new one begun.</source>
        <translation>le journal était endommagé&#xa0;; il a été mis de côté sous %1 et un nouveau a été commencé.</translation>
    </message>
    <message>
        <source>no tokens: set UPLOADER_BEARER_TOKEN and UPLOADER_SESSION_TOKEN, or sign in in the window.</source>
        <translation>aucun jeton&#xa0;: définissez UPLOADER_BEARER_TOKEN et UPLOADER_SESSION_TOKEN, ou connectez-vous dans la fenêtre.</translation>
    </message>
    <message>
        <source>the certificate authority %1 (UPLOADER_CA_FILE) cannot be used: %2.</source>
        <translation>l’autorité de certification %1 (UPLOADER_CA_FILE) ne peut pas être utilisée&#xa0;: %2.</translation>
    </message>
    <message>
        <source>it is no PEM certificate</source>
        <translation>ce n’est pas un certificat PEM</translation>
    </message>
    <message>
        <source>another uploader-gui is at work in %1; wait for it, or choose another UPLOADER_DATA_DIR.</source>
        <translation>un autre uploader-gui travaille déjà dans %1&#xa0;; attendez qu’il ait fini ou choisissez un autre UPLOADER_DATA_DIR.</translation>
    </message>
    <message>
        <source>the journal in %1 was written by a newer version of uploader-gui; use that version.</source>
        <translation>le journal de %1 a été écrit par une version plus récente d’uploader-gui&#xa0;; utilisez cette version.</translation>
    </message>
    <message>
        <source>the journal in %1 cannot be written: %2.</source>
        <translation>le journal de %1 ne peut pas être écrit&#xa0;: %2.</translation>
    </message>
    <message>
        <source>cannot begin: %1.</source>
        <translation>impossible de commencer&#xa0;: %1.</translation>
    </message>
    <message>
        <source>the receipt cannot be written: %1.</source>
        <translation>le reçu ne peut pas être écrit&#xa0;: %1.</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %Ln files</source>
        <translation>
            <numerusform>%1 sur %Ln fichier</numerusform>
            <numerusform>%1 sur %Ln fichiers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files: %1</source>
        <translation>
            <numerusform>%Ln fichier&#xa0;: %1</numerusform>
            <numerusform>%Ln fichiers&#xa0;: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln uploaded</source>
        <translation>
            <numerusform>%Ln envoyé</numerusform>
            <numerusform>%Ln envoyés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped</source>
        <translation>
            <numerusform>%Ln déjà envoyé</numerusform>
            <numerusform>%Ln déjà envoyés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln uploaded (trial)</source>
        <translation>
            <numerusform>%Ln envoyé (essai)</numerusform>
            <numerusform>%Ln envoyés (essai)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln skipped (trial)</source>
        <translation>
            <numerusform>%Ln déjà envoyé (essai)</numerusform>
            <numerusform>%Ln déjà envoyés (essai)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln failed</source>
        <translation>
            <numerusform>%Ln échec</numerusform>
            <numerusform>%Ln échecs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln refused</source>
        <translation>
            <numerusform>%Ln refusé</numerusform>
            <numerusform>%Ln refusés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln cancelled</source>
        <translation>
            <numerusform>%Ln annulé</numerusform>
            <numerusform>%Ln annulés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pending</source>
        <translation>
            <numerusform>%Ln en attente</numerusform>
            <numerusform>%Ln en attente</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>treatments</name>
    <message>
        <source>Convert to JPEG</source>
        <translation>Convertir en JPEG</translation>
    </message>
    <message>
        <source>Send in a ZIP</source>
        <translation>Envoyer dans un ZIP</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>Préparation</translation>
    </message>
    <message>
        <source>sent as %1 (%2)</source>
        <translation>envoyé sous le nom %1 (%2)</translation>
    </message>
    <message>
        <source>sent as %1 (%2) without details, such as date or place, that could not be read</source>
        <translation>envoyé sous le nom %1 (%2), sans les informations illisibles (date, lieu ou autres)</translation>
    </message>
    <message>
        <source>Refused files…</source>
        <translation>Fichiers refusés…</translation>
    </message>
    <message>
        <source>Files the register does not accept</source>
        <translation>Fichiers que le registre n’accepte pas</translation>
    </message>
    <message>
        <source>A photo as JPEG keeps its date, place and colours. A ZIP holds the file exactly as it is. Your own files stay where they are, unchanged.</source>
        <translation>Une photo convertie en JPEG garde sa date, son lieu et ses couleurs. Un ZIP contient le fichier tel quel. Vos propres fichiers restent à leur place, inchangés.</translation>
    </message>
    <message>
        <source>Do not send</source>
        <translation>Ne pas envoyer</translation>
    </message>
    <message>
        <source>Do so from now on without asking</source>
        <translation>Faire ainsi désormais sans demander</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Appliquer</translation>
    </message>
    <message>
        <source>Photos the register refuses (HEIC, WebP, TIFF, BMP)</source>
        <translation>Photos que le registre refuse (HEIC, WebP, TIFF, BMP)</translation>
    </message>
    <message>
        <source>Other files it refuses (videos, PowerPoint…)</source>
        <translation>Autres fichiers qu’il refuse (vidéos, PowerPoint…)</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Demander</translation>
    </message>
</context>
<context>
    <name>uploader</name>
    <message>
        <source>Try again.</source>
        <translation>Réessayez.</translation>
    </message>
    <message>
        <source>Check the network, then try again.</source>
        <translation>Vérifiez le réseau, puis réessayez.</translation>
    </message>
    <message>
        <source>Try again in a few minutes.</source>
        <translation>Réessayez dans quelques minutes.</translation>
    </message>
    <message>
        <source>Try again; if it happens again, tell your IT.</source>
        <translation>Réessayez&#xa0;; si cela se reproduit, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Choisissez un autre fichier.</translation>
    </message>
    <message>
        <source>Check the anomaly’s number, then try again.</source>
        <translation>Vérifiez le numéro de l’anomalie, puis réessayez.</translation>
    </message>
    <message>
        <source>Sign in to this network in a web browser, then try again; if it happens again, tell your IT.</source>
        <translation>Connectez-vous à ce réseau dans un navigateur, puis réessayez&#xa0;; si cela se reproduit, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>Tell who runs the register. This file was not sent: it would have replaced the other one.</source>
        <translation>Prévenez qui gère le registre. Ce fichier n’a pas été envoyé&#xa0;: il aurait remplacé l’autre.</translation>
    </message>
    <message>
        <source>The file is not there any more.</source>
        <translation>Le fichier n’est plus là.</translation>
    </message>
    <message>
        <source>Put it back, then try again.</source>
        <translation>Remettez-le à sa place, puis réessayez.</translation>
    </message>
    <message>
        <source>The file cannot be read.</source>
        <translation>Le fichier ne peut pas être lu.</translation>
    </message>
    <message>
        <source>Close it in Excel or wherever it is open, then try again.</source>
        <translation>Fermez-le dans Excel ou là où il est ouvert, puis réessayez.</translation>
    </message>
    <message>
        <source>The file was changed while it was being sent.</source>
        <translation>Le fichier a été modifié pendant l’envoi.</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>Le fichier est vide.</translation>
    </message>
    <message>
        <source>There is no file in this folder.</source>
        <translation>Ce dossier ne contient aucun fichier.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Choisissez un autre dossier.</translation>
    </message>
    <message>
        <source>This is not a file that can be sent.</source>
        <translation>Ce n’est pas un fichier qui peut être envoyé.</translation>
    </message>
    <message>
        <source>This is a link to a file outside the folder.</source>
        <translation>C’est un lien vers un fichier hors du dossier.</translation>
    </message>
    <message>
        <source>Add the file itself.</source>
        <translation>Ajoutez le fichier lui-même.</translation>
    </message>
    <message>
        <source>The file is larger than the 5.3 GB that can be sent.</source>
        <translation>Le fichier dépasse les 5,3&#xa0;Go qui peuvent être envoyés.</translation>
    </message>
    <message>
        <source>Make it smaller or split it.</source>
        <translation>Réduisez-le ou divisez-le.</translation>
    </message>
    <message>
        <source>The register does not accept this type of file.</source>
        <translation>Le registre n’accepte pas ce type de fichier.</translation>
    </message>
    <message>
        <source>There is no connection to the service.</source>
        <translation>Il n’y a pas de connexion au service.</translation>
    </message>
    <message>
        <source>No secure connection could be made.</source>
        <translation>Aucune connexion sécurisée n’a pu être établie.</translation>
    </message>
    <message>
        <source>Tell your IT: the network replaces certificates.</source>
        <translation>Prévenez votre service informatique&#xa0;: le réseau remplace les certificats.</translation>
    </message>
    <message>
        <source>Your network’s proxy refused the connection.</source>
        <translation>Le proxy de votre réseau a refusé la connexion.</translation>
    </message>
    <message>
        <source>Tell your IT: the proxy has to let this program through.</source>
        <translation>Prévenez votre service informatique&#xa0;: le proxy doit laisser passer ce programme.</translation>
    </message>
    <message>
        <source>The link was interrupted.</source>
        <translation>La liaison a été coupée.</translation>
    </message>
    <message>
        <source>Nothing moved on the link for too long.</source>
        <translation>La liaison est restée trop longtemps sans réponse.</translation>
    </message>
    <message>
        <source>The service wants you to sign in.</source>
        <translation>Le service demande que vous vous connectiez.</translation>
    </message>
    <message>
        <source>Sign in, then try again.</source>
        <translation>Connectez-vous, puis réessayez.</translation>
    </message>
    <message>
        <source>The service gives you no access to this anomaly.</source>
        <translation>Le service ne vous donne pas accès à cette anomalie.</translation>
    </message>
    <message>
        <source>Check the anomaly’s number and who you signed in as.</source>
        <translation>Vérifiez le numéro de l’anomalie et votre compte.</translation>
    </message>
    <message>
        <source>The service did not take the file.</source>
        <translation>Le service n’a pas accepté le fichier.</translation>
    </message>
    <message>
        <source>The service is busy.</source>
        <translation>Le service est occupé.</translation>
    </message>
    <message>
        <source>The service has a fault.</source>
        <translation>Le service est en panne.</translation>
    </message>
    <message>
        <source>The service’s answer could not be understood.</source>
        <translation>La réponse du service est incompréhensible.</translation>
    </message>
    <message>
        <source>The service’s answer left this file out.</source>
        <translation>La réponse du service ne mentionne pas ce fichier.</translation>
    </message>
    <message>
        <source>The link for sending the file expired.</source>
        <translation>Le lien d’envoi du fichier a expiré.</translation>
    </message>
    <message>
        <source>The service named a storage address that is not safe.</source>
        <translation>Le service a indiqué une adresse de stockage qui n’est pas sûre.</translation>
    </message>
    <message>
        <source>Tell your IT: the file was not sent.</source>
        <translation>Prévenez votre service informatique&#xa0;: le fichier n’a pas été envoyé.</translation>
    </message>
    <message>
        <source>The storage is busy.</source>
        <translation>Le stockage est occupé.</translation>
    </message>
    <message>
        <source>The storage did not take the file.</source>
        <translation>Le stockage n’a pas accepté le fichier.</translation>
    </message>
    <message>
        <source>The file did not arrive as it is here.</source>
        <translation>Le fichier n’est pas arrivé tel qu’il est ici.</translation>
    </message>
    <message>
        <source>The list of files cannot be saved on this computer.</source>
        <translation>La liste des fichiers ne peut pas être enregistrée sur cet ordinateur.</translation>
    </message>
    <message>
        <source>The server’s certificate is made out to another name.</source>
        <translation>Le certificat du serveur est établi à un autre nom.</translation>
    </message>
    <message>
        <source>Check the server address in the settings; if it is right, tell your IT.</source>
        <translation>Vérifiez l’adresse du serveur dans les réglages&#x202f;; si elle est juste, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>The server’s certificate is not valid today.</source>
        <translation>Le certificat du serveur n’est pas valable aujourd’hui.</translation>
    </message>
    <message>
        <source>Check this computer’s date and time; if they are right, tell your IT.</source>
        <translation>Vérifiez la date et l’heure de cet ordinateur&#x202f;; si elles sont justes, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>Your network’s proxy asks for a user name and a password.</source>
        <translation>Le proxy de votre réseau demande un nom d’utilisateur et un mot de passe.</translation>
    </message>
    <message>
        <source>Ask your IT for the proxy’s address with both, and put it into the settings.</source>
        <translation>Demandez à votre service informatique l’adresse du proxy avec les deux, et saisissez-la dans les réglages.</translation>
    </message>
    <message>
        <source>Your network’s proxy does not answer.</source>
        <translation>Le proxy de votre réseau ne répond pas.</translation>
    </message>
    <message>
        <source>Try again in a few minutes; if it stays so, tell your IT.</source>
        <translation>Réessayez dans quelques minutes&#x202f;; si rien ne change, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>Your network’s proxy broke off the connection.</source>
        <translation>Le proxy de votre réseau a interrompu la connexion.</translation>
    </message>
    <message>
        <source>This looks like a web page, not like what its name says.</source>
        <translation>C’est apparemment une page Web, et non ce que dit son nom.</translation>
    </message>
    <message>
        <source>This looks like a program, not like what its name says.</source>
        <translation>C’est apparemment un programme, et non ce que dit son nom.</translation>
    </message>
    <message>
        <source>There are only zeros where the file should begin.</source>
        <translation>Il n’y a que des zéros là où le fichier devrait commencer.</translation>
    </message>
    <message>
        <source>This looks like a download that was not finished.</source>
        <translation>C’est apparemment un téléchargement inachevé.</translation>
    </message>
    <message>
        <source>This is a part of a split archive: the register does not accept parts.</source>
        <translation>C’est une partie d’une archive en plusieurs volumes&#xa0;: le registre n’accepte pas les parties.</translation>
    </message>
    <message>
        <source>The part of this program that decodes pictures does not start.</source>
        <translation>La partie de ce programme qui décode les images ne démarre pas.</translation>
    </message>
    <message>
        <source>Start it again; if that does not help, tell your IT.</source>
        <translation>Relancez-le&#x202f;; si cela ne suffit pas, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>its pixels are stored in an unusual way</source>
        <translation>ses pixels sont enregistrés d’une manière inhabituelle</translation>
    </message>
    <message>
        <source>decoding it ends the decoder</source>
        <translation>son décodage fait échouer le décodeur</translation>
    </message>
    <message>
        <source>decoding it takes too long</source>
        <translation>son décodage prend trop de temps</translation>
    </message>
    <message>
        <source>a part of it is missing</source>
        <translation>il en manque une partie</translation>
    </message>
    <message>
        <source>the lengths inside it do not add up</source>
        <translation>ses longueurs internes ne concordent pas</translation>
    </message>
    <message>
        <source>its inner structure is damaged</source>
        <translation>sa structure interne est endommagée</translation>
    </message>
    <message>
        <source>it is to be opened again</source>
        <translation>il doit être rouvert</translation>
    </message>
    <message>
        <source>Make room on the disk, then try again.</source>
        <translation>Libérez de la place sur le disque, puis réessayez.</translation>
    </message>
    <message>
        <source>Send it in a ZIP.</source>
        <translation>Envoyez-le dans un ZIP.</translation>
    </message>
    <message>
        <source>Convert it to JPEG, or send it in a ZIP.</source>
        <translation>Convertissez-le en JPEG, ou envoyez-le dans un ZIP.</translation>
    </message>
    <message>
        <source>This picture cannot become one JPEG.</source>
        <translation>Cette image ne tient pas dans un seul JPEG.</translation>
    </message>
    <message>
        <source>The picture is damaged and cannot be converted.</source>
        <translation>L’image est endommagée et ne peut pas être convertie.</translation>
    </message>
    <message>
        <source>The file to send instead cannot be written on this computer.</source>
        <translation>Le fichier à envoyer à la place ne peut pas être écrit sur cet ordinateur.</translation>
    </message>
    <message>
        <source>Another uploader-gui is already at work on this list of files.</source>
        <translation>Un autre uploader-gui travaille déjà sur cette liste de fichiers.</translation>
    </message>
    <message>
        <source>Go on there, or wait until it has left.</source>
        <translation>Continuez là-bas, ou attendez qu’il se soit fermé.</translation>
    </message>
    <message>
        <source>The list of files was written by a newer version of this program.</source>
        <translation>La liste des fichiers a été écrite par une version plus récente de ce programme.</translation>
    </message>
    <message>
        <source>Use that version.</source>
        <translation>Utilisez cette version.</translation>
    </message>
    <message>
        <source>This program made a mistake.</source>
        <translation>Ce programme a fait une erreur.</translation>
    </message>
    <message>
        <source>It was uploaded to this anomaly before.</source>
        <translation>Il a déjà été envoyé à cette anomalie.</translation>
    </message>
    <message>
        <source>Nothing to do.</source>
        <translation>Rien à faire.</translation>
    </message>
    <message>
        <source>The program was closed before the file was sent.</source>
        <translation>Le programme a été fermé avant l’envoi du fichier.</translation>
    </message>
    <message>
        <source>You cancelled it.</source>
        <translation>Vous l’avez annulé.</translation>
    </message>
    <message>
        <source>The path to this file or folder is too long for this computer.</source>
        <translation>Le chemin de ce fichier ou dossier est trop long pour cet ordinateur.</translation>
    </message>
    <message>
        <source>Shorten the names of its folders, or move it further up, then add it again.</source>
        <translation>Raccourcissez les noms de ses dossiers ou placez-le plus haut, puis ajoutez-le à nouveau.</translation>
    </message>
    <message>
        <source>The service found the request too large.</source>
        <translation>Le service a trouvé la demande trop volumineuse.</translation>
    </message>
    <message>
        <source>Send fewer or smaller files at a time; if that does not help, tell your IT.</source>
        <translation>Envoyez moins de fichiers à la fois, ou de plus petits&#xa0;; si cela ne suffit pas, prévenez votre service informatique.</translation>
    </message>
    <message>
        <source>%1 is no anomaly’s number, so the service was not asked.</source>
        <translation>%1 n’est pas un numéro d’anomalie, donc le service n’a pas été sollicité.</translation>
    </message>
    <message>
        <source>Add the file again for the right number.</source>
        <translation>Ajoutez à nouveau le fichier pour le bon numéro.</translation>
    </message>
    <message>
        <source>The service’s address leads elsewhere.</source>
        <translation>L’adresse du service mène ailleurs.</translation>
    </message>
    <message>
        <source>Sign in to this network in a web browser, or check the server address in the settings.</source>
        <translation>Connectez-vous à ce réseau dans un navigateur web, ou vérifiez l’adresse du serveur dans les réglages.</translation>
    </message>
    <message>
        <source>The storage wants the header %1, whose value only the service knows.</source>
        <translation>Le stockage demande l’en-tête %1, dont seul le service connaît la valeur.</translation>
    </message>
    <message>
        <source>Tell who runs the register: files cannot be sent this way.</source>
        <translation>Prévenez qui gère le registre&#xa0;: les fichiers ne peuvent pas être envoyés ainsi.</translation>
    </message>
    <message>
        <source>The storage address from the service chooses the header %1 by itself.</source>
        <translation>L’adresse de stockage donnée par le service choisit elle-même l’en-tête %1.</translation>
    </message>
    <message>
        <source>The storage address from the service gives the header %1 a value that cannot be sent.</source>
        <translation>L’adresse de stockage donnée par le service attribue à l’en-tête %1 une valeur qui ne peut pas être envoyée.</translation>
    </message>
    <message>
        <source>The storage address from the service names %1 twice.</source>
        <translation>L’adresse de stockage donnée par le service indique %1 deux fois.</translation>
    </message>
    <message>
        <source>No request can be made of the address from the service.</source>
        <translation>Aucune requête ne peut être faite avec l’adresse donnée par le service.</translation>
    </message>
    <message>
        <source>The service gave this file the place in the storage that another file has: %1.</source>
        <translation>Le service a donné à ce fichier la place d’un autre fichier dans le stockage&#xa0;: %1.</translation>
    </message>
    <message>
        <source>The service gave this file the place in the storage that another file has.</source>
        <translation>Le service a donné à ce fichier la place d’un autre fichier dans le stockage.</translation>
    </message>
    <message>
        <source>A web page answered in place of the storage: %1.</source>
        <translation>Une page web a répondu à la place du stockage&#xa0;: %1.</translation>
    </message>
    <message>
        <source>A web page answered in place of the storage.</source>
        <translation>Une page web a répondu à la place du stockage.</translation>
    </message>
    <message>
        <source>Something else answered in place of the storage: %1.</source>
        <translation>Autre chose a répondu à la place du stockage&#xa0;: %1.</translation>
    </message>
    <message>
        <source>Something else answered in place of the storage.</source>
        <translation>Autre chose a répondu à la place du stockage.</translation>
    </message>
    <message>
        <source>The storage answered with an error: %1.</source>
        <translation>Le stockage a répondu par une erreur&#xa0;: %1.</translation>
    </message>
    <message>
        <source>The storage answered with an error.</source>
        <translation>Le stockage a répondu par une erreur.</translation>
    </message>
    <message>
        <source>The register does not accept %1 files.</source>
        <translation>Le registre n’accepte pas les fichiers %1.</translation>
    </message>
    <message>
        <source>The register does not accept %1 photos.</source>
        <translation>Le registre n’accepte pas les photos %1.</translation>
    </message>
    <message>
        <source>it is not an address</source>
        <translation>ce n’est pas une adresse</translation>
    </message>
    <message>
        <source>it is not an https address</source>
        <translation>ce n’est pas une adresse https</translation>
    </message>
    <message>
        <source>it holds a user name</source>
        <translation>elle contient un nom d’utilisateur</translation>
    </message>
    <message>
        <source>it holds a ? or a #</source>
        <translation>elle contient «&#xa0;?&#xa0;» ou «&#xa0;#&#xa0;»</translation>
    </message>
    <message>
        <source>it is not encrypted (http:)</source>
        <translation>elle n’est pas chiffrée (http:)</translation>
    </message>
    <message>
        <source>the answer is not JSON</source>
        <translation>la réponse n’est pas du JSON</translation>
    </message>
    <message>
        <source>the answer has no list &quot;uploads&quot;</source>
        <translation>la réponse ne contient pas de liste «&#xa0;uploads&#xa0;»</translation>
    </message>
    <message>
        <source>&quot;uploads&quot; holds something else than objects</source>
        <translation>«&#xa0;uploads&#xa0;» contient autre chose que des objets</translation>
    </message>
    <message>
        <source>the answer speaks of this file twice</source>
        <translation>la réponse mentionne ce fichier deux fois</translation>
    </message>
    <message>
        <source>the answer has no end</source>
        <translation>la réponse ne se termine pas</translation>
    </message>
    <message>
        <source>no answer to the connection</source>
        <translation>pas de réponse à la connexion</translation>
    </message>
    <message>
        <source>no secure connection</source>
        <translation>pas de connexion sécurisée</translation>
    </message>
    <message>
        <source>no such name</source>
        <translation>aucun fichier de ce nom</translation>
    </message>
    <message>
        <source>it is shorter than it was</source>
        <translation>il est plus court qu’avant</translation>
    </message>
    <message>
        <source>it is in iCloud only</source>
        <translation>il est seulement dans iCloud</translation>
    </message>
    <message>
        <source>the answer has no ETag</source>
        <translation>la réponse ne contient pas d’ETag</translation>
    </message>
    <message>
        <source>the storage answered before it had the whole file</source>
        <translation>le stockage a répondu avant d’avoir le fichier entier</translation>
    </message>
    <message>
        <source>it leads to this computer or its own network link</source>
        <translation>elle mène à cet ordinateur ou à son propre lien réseau</translation>
    </message>
    <message>
        <source>no request can be made of it</source>
        <translation>aucune requête ne peut en être faite</translation>
    </message>
    <message>
        <source>it has several pages or images</source>
        <translation>elle contient plusieurs pages ou images</translation>
    </message>
    <message>
        <source>it is too large</source>
        <translation>elle est trop grande</translation>
    </message>
    <message>
        <source>its pixels have more than 16 bits</source>
        <translation>ses pixels ont plus de 16 bits</translation>
    </message>
    <message>
        <source>Anomaly</source>
        <translation>Anomalie</translation>
    </message>
    <message>
        <source>The anomaly’s number</source>
        <translation>Numéro de l’anomalie</translation>
    </message>
    <message>
        <source>This number can be used</source>
        <translation>Ce numéro peut être utilisé</translation>
    </message>
    <message>
        <source>Only letters, digits, - and _; at most 64 of them.</source>
        <translation>Uniquement des lettres, des chiffres, - et _, 64 au plus.</translation>
    </message>
    <message>
        <source>Signed in</source>
        <translation>Connecté</translation>
    </message>
    <message>
        <source>Signed out</source>
        <translation>Déconnecté</translation>
    </message>
    <message>
        <source>Sign in or change the tokens</source>
        <translation>Se connecter ou changer les jetons</translation>
    </message>
    <message>
        <source>Trying out: nothing leaves this computer</source>
        <translation>Essai&#xa0;: rien ne quitte cet ordinateur</translation>
    </message>
    <message>
        <source>TRIAL: nothing is sent to the register</source>
        <translation>ESSAI&#xa0;: rien n’est envoyé au registre</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Drop photos, reports and e-mails here</source>
        <translation>Déposez ici photos, rapports et courriels</translation>
    </message>
    <message>
        <source>JPEG, PNG, PDF, Word, Excel, e-mail, ZIP…  Whole folders too.</source>
        <translation>JPEG, PNG, PDF, Word, Excel, courriel, ZIP…  Des dossiers entiers aussi.</translation>
    </message>
    <message>
        <source>Add files…</source>
        <translation>Ajouter des fichiers…</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ajouter un dossier…</translation>
    </message>
    <message>
        <source>Try it with sample files</source>
        <translation>Essayer avec des fichiers d’exemple</translation>
    </message>
    <message>
        <source>Type the anomaly’s number, then drop</source>
        <translation>Saisissez le numéro de l’anomalie, puis déposez</translation>
    </message>
    <message>
        <source>Or drop now: the files are kept until the number is there</source>
        <translation>Ou déposez maintenant&#xa0;: les fichiers sont gardés en attendant le numéro</translation>
    </message>
    <message>
        <source>Folders are searched; the originals stay where they are</source>
        <translation>Les dossiers sont parcourus&#xa0;; les originaux restent à leur place</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Fichiers</translation>
    </message>
    <message>
        <source>Find a file</source>
        <translation>Rechercher un fichier</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>Trier par</translation>
    </message>
    <message>
        <source>No file to show here</source>
        <translation>Aucun fichier à afficher ici</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En attente</translation>
    </message>
    <message>
        <source>Sending</source>
        <translation>Envoi en cours</translation>
    </message>
    <message>
        <source>Confirming</source>
        <translation>Vérification</translation>
    </message>
    <message>
        <source>Trying again</source>
        <translation>Nouvel essai</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Échec</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>Refusé</translation>
    </message>
    <message>
        <source>Uploaded</source>
        <translation>Envoyé</translation>
    </message>
    <message>
        <source>Deposit receipt</source>
        <translation>Reçu de dépôt</translation>
    </message>
    <message>
        <source>Page to print or file (*.pdf)</source>
        <translation>Page à imprimer ou à classer (*.pdf)</translation>
    </message>
    <message>
        <source>Table for Excel (*.csv)</source>
        <translation>Tableau pour Excel (*.csv)</translation>
    </message>
    <message>
        <source>Data for other programs (*.json)</source>
        <translation>Données pour d’autres programmes (*.json)</translation>
    </message>
    <message>
        <source>Register no. %1</source>
        <translation>N°&#xa0;%1 du registre</translation>
    </message>
    <message>
        <source>Attempts: %1</source>
        <translation>Tentatives&#xa0;: %1</translation>
    </message>
    <message>
        <source>Print…</source>
        <translation>Imprimer…</translation>
    </message>
    <message>
        <source>The receipt was sent to the printer</source>
        <translation>Le reçu a été envoyé à l’imprimante</translation>
    </message>
    <message>
        <source>The receipt %1 was saved in %2</source>
        <translation>Le reçu %1 a été enregistré dans %2</translation>
    </message>
    <message>
        <source>No program on this computer shows PDF files. Save the receipt, then open it elsewhere.</source>
        <translation>Aucun programme de cet ordinateur n’affiche les fichiers PDF. Enregistrez le reçu, puis ouvrez-le ailleurs.</translation>
    </message>
    <message>
        <source>Deposited</source>
        <translation>Déposé</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>du %1 au %2</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Page %1 of %2</source>
        <translation>Page %1 sur %2</translation>
    </message>
    <message>
        <source>Deposit receipt · anomaly %1 · %2</source>
        <translation>Reçu de dépôt · anomalie %1 · %2</translation>
    </message>
    <message>
        <source>“Uploaded” means that the storage confirmed exactly the bytes of this file. The SHA-256 is the fingerprint of those bytes: any change to the file gives another one. Times are those of this computer.</source>
        <translation>«&#xa0;Envoyé&#xa0;» signifie que le stockage a confirmé exactement les octets de ce fichier. Le SHA-256 est l’empreinte de ces octets&#xa0;: la moindre modification du fichier en donne une autre. Les heures sont celles de cet ordinateur.</translation>
    </message>
    <message>
        <source>Made from %1 (%2)</source>
        <translation>Créé à partir de %1 (%2)</translation>
    </message>
    <message>
        <source>Made from %1 (%2) without details, such as date or place, that could not be read</source>
        <translation>Réalisé à partir de %1 (%2), sans les informations illisibles (date, lieu ou autres)</translation>
    </message>
    <message>
        <source>Trial, not a deposit</source>
        <translation>Essai, pas un dépôt</translation>
    </message>
    <message>
        <source>TRIAL</source>
        <translation>ESSAI</translation>
    </message>
    <message>
        <source>TRIAL, not a deposit · anomaly %1 · %2</source>
        <translation>ESSAI, pas un dépôt · anomalie %1 · %2</translation>
    </message>
    <message>
        <source>TRIAL: nothing was sent to the register</source>
        <translation>ESSAI&#xa0;: rien n’a été envoyé au registre</translation>
    </message>
    <message>
        <source>Nothing was sent to the register: these files were only tried out with the stand-in inside this program, on this computer. This page proves nothing.</source>
        <translation>Rien n’a été envoyé au registre&#xa0;: ces fichiers n’ont servi qu’à un essai, avec le service factice de ce programme, sur cet ordinateur. Cette page ne prouve rien.</translation>
    </message>
    <message>
        <source>Tried out</source>
        <translation>Essayé</translation>
    </message>
    <message>
        <source>Trial no. %1</source>
        <translation>N°&#xa0;%1 de l’essai</translation>
    </message>
    <message>
        <source>Number in the trial</source>
        <translation>Numéro dans l’essai</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Serveur</translation>
    </message>
    <message>
        <source>Server: %1</source>
        <translation>Serveur&#xa0;: %1</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Fichier</translation>
    </message>
    <message>
        <source>Size (bytes)</source>
        <translation>Taille (octets)</translation>
    </message>
    <message>
        <source>Size (MB)</source>
        <translation>Taille (Mo)</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Résultat</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Motif</translation>
    </message>
    <message>
        <source>Uploaded at</source>
        <translation>Envoyé le</translation>
    </message>
    <message>
        <source>Uploaded at (UTC)</source>
        <translation>Envoyé le (UTC)</translation>
    </message>
    <message>
        <source>Register’s number</source>
        <translation>Numéro du registre</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>Tentatives</translation>
    </message>
    <message>
        <source>Perhaps registered twice</source>
        <translation>Peut-être enregistré deux fois</translation>
    </message>
    <message>
        <source>Place on this computer</source>
        <translation>Emplacement sur cet ordinateur</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>Créé à partir de</translation>
    </message>
    <message>
        <source>Size of the original (bytes)</source>
        <translation>Taille de l’original (octets)</translation>
    </message>
    <message>
        <source>SHA-256 of the original</source>
        <translation>SHA-256 de l’original</translation>
    </message>
    <message>
        <source>State (code)</source>
        <translation>État (code)</translation>
    </message>
    <message>
        <source>Reason (code)</source>
        <translation>Motif (code)</translation>
    </message>
    <message>
        <source>Reason (English)</source>
        <translation>Motif (anglais)</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>oui</translation>
    </message>
    <message>
        <source>no</source>
        <translation>non</translation>
    </message>
    <message>
        <source>Already there</source>
        <translation>Déjà envoyé</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Annulé</translation>
    </message>
    <message>
        <source>Each deposit you make will be listed here, with its receipt.</source>
        <translation>Chacun de vos dépôts apparaîtra ici, avec son reçu.</translation>
    </message>
    <message>
        <source>What is only tried out does not appear in History.</source>
        <translation>Les essais n’apparaissent pas dans l’historique.</translation>
    </message>
    <message>
        <source>No deposit matches what you are looking for.</source>
        <translation>Aucun dépôt ne correspond à votre recherche.</translation>
    </message>
    <message>
        <source>Open the receipt</source>
        <translation>Ouvrir le reçu</translation>
    </message>
    <message>
        <source>Save the receipt…</source>
        <translation>Enregistrer le reçu…</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Détails</translation>
    </message>
    <message numerus="yes">
        <source>Send the %Ln failed files again</source>
        <translation>
            <numerusform>Renvoyer %Ln fichier en échec</numerusform>
            <numerusform>Renvoyer les %Ln fichiers en échec</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln uploaded (trial)</source>
        <translation>
            <numerusform>%Ln envoyé (essai)</numerusform>
            <numerusform>%Ln envoyés (essai)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln already there (trial)</source>
        <translation>
            <numerusform>%Ln déjà envoyé (essai)</numerusform>
            <numerusform>%Ln déjà envoyés (essai)</numerusform>
        </translation>
    </message>
    <message>
        <source>To send these again, first set %1 as the server in the settings.</source>
        <translation>Pour les renvoyer, choisissez d’abord le serveur %1 dans les réglages.</translation>
    </message>
    <message>
        <source>Nothing of this will be sent.</source>
        <translation>Rien de tout cela ne sera envoyé.</translation>
    </message>
    <message>
        <source>Nothing new to send in this.</source>
        <translation>Rien de nouveau à envoyer.</translation>
    </message>
    <message>
        <source>to the anomalies they were dropped for</source>
        <translation>aux anomalies pour lesquelles ils ont été déposés</translation>
    </message>
    <message>
        <source>to anomaly %1</source>
        <translation>à l’anomalie %1</translation>
    </message>
    <message>
        <source>on %1</source>
        <translation>le %1</translation>
    </message>
    <message>
        <source>between %1 and %2</source>
        <translation>entre le %1 et le %2</translation>
    </message>
    <message>
        <source>earlier</source>
        <translation>précédemment</translation>
    </message>
    <message>
        <source>Less</source>
        <translation>Moins</translation>
    </message>
    <message>
        <source>Close this summary</source>
        <translation>Fermer ce résumé</translation>
    </message>
    <message>
        <source>What becomes of the files you added</source>
        <translation>Ce que deviennent les fichiers ajoutés</translation>
    </message>
    <message numerus="yes">
        <source>%Ln files (%1) will be sent %2.</source>
        <translation>
            <numerusform>%Ln fichier (%1) sera envoyé %2.</numerusform>
            <numerusform>%Ln fichiers (%1) seront envoyés %2.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files (%1) will be tried out.</source>
        <translation>
            <numerusform>%Ln fichier (%1) servira à l’essai.</numerusform>
            <numerusform>%Ln fichiers (%1) serviront à l’essai.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are of a type the register does not accept</source>
        <translation>
            <numerusform>%Ln est d’un type que le registre n’accepte pas</numerusform>
            <numerusform>%Ln sont d’un type que le registre n’accepte pas</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are empty</source>
        <translation>
            <numerusform>%Ln est vide</numerusform>
            <numerusform>%Ln sont vides</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folders are empty</source>
        <translation>
            <numerusform>%Ln dossier est vide</numerusform>
            <numerusform>%Ln dossiers sont vides</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln cannot be read</source>
        <translation>
            <numerusform>%Ln est illisible</numerusform>
            <numerusform>%Ln sont illisibles</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are not there</source>
        <translation>
            <numerusform>%Ln est introuvable</numerusform>
            <numerusform>%Ln sont introuvables</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are too large</source>
        <translation>
            <numerusform>%Ln est trop volumineux</numerusform>
            <numerusform>%Ln sont trop volumineux</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln are no files that can be sent</source>
        <translation>
            <numerusform>%Ln n’est pas un fichier que l’on peut envoyer</numerusform>
            <numerusform>%Ln ne sont pas des fichiers que l’on peut envoyer</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln cannot be sent</source>
        <translation>
            <numerusform>%Ln ne peut pas être envoyé</numerusform>
            <numerusform>%Ln ne peuvent pas être envoyés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were already uploaded to this anomaly %1 and are skipped.</source>
        <translation>
            <numerusform>%Ln a déjà été envoyé à cette anomalie %1&#xa0;; il est ignoré.</numerusform>
            <numerusform>%Ln ont déjà été envoyés à cette anomalie %1&#xa0;; ils sont ignorés.</numerusform>
        </translation>
    </message>
    <message>
        <source>The name is shortened to 250 characters.</source>
        <translation>Le nom est raccourci à 250 caractères.</translation>
    </message>
    <message>
        <source>May be registered twice.</source>
        <translation>Peut-être enregistré deux fois.</translation>
    </message>
    <message>
        <source>Not sent yet</source>
        <translation>Pas encore envoyé</translation>
    </message>
    <message numerus="yes">
        <source>%Ln uploaded</source>
        <translation>
            <numerusform>%Ln envoyé</numerusform>
            <numerusform>%Ln envoyés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln already there</source>
        <translation>
            <numerusform>%Ln déjà envoyé</numerusform>
            <numerusform>%Ln déjà envoyés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln failed</source>
        <translation>
            <numerusform>%Ln en échec</numerusform>
            <numerusform>%Ln en échec</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln refused</source>
        <translation>
            <numerusform>%Ln refusé</numerusform>
            <numerusform>%Ln refusés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln cancelled</source>
        <translation>
            <numerusform>%Ln annulé</numerusform>
            <numerusform>%Ln annulés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln not sent yet</source>
        <translation>
            <numerusform>%Ln pas encore envoyé</numerusform>
            <numerusform>%Ln pas encore envoyés</numerusform>
        </translation>
    </message>
    <message>
        <source>History</source>
        <translation>Historique</translation>
    </message>
    <message>
        <source>History of deposits</source>
        <translation>Historique des dépôts</translation>
    </message>
    <message>
        <source>Anomaly, file or date</source>
        <translation>Anomalie, fichier ou date</translation>
    </message>
    <message>
        <source>Deposits</source>
        <translation>Dépôts</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Date</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Taille</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Type</translation>
    </message>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>Ordre d’ajout</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Texte</translation>
    </message>
    <message>
        <source>E-mail</source>
        <translation>Courriel</translation>
    </message>
    <message>
        <source>Unknown type</source>
        <translation>Type inconnu</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Réessayer</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>Renvoyer</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Retirer</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Afficher dans le dossier</translation>
    </message>
    <message>
        <source>Copy reason</source>
        <translation>Copier l’explication</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Plus</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Envoyer</translation>
    </message>
    <message>
        <source>Pause all</source>
        <translation>Tout suspendre</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Reprendre</translation>
    </message>
    <message>
        <source>Retry failed</source>
        <translation>Réessayer les échecs</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Terminé</translation>
    </message>
    <message>
        <source>Clear the list for the next anomaly</source>
        <translation>Vider la liste pour l’anomalie suivante</translation>
    </message>
    <message>
        <source>Add…</source>
        <translation>Ajouter…</translation>
    </message>
    <message>
        <source>Receipt…</source>
        <translation>Reçu…</translation>
    </message>
    <message>
        <source>Save the receipt</source>
        <translation>Enregistrer le reçu</translation>
    </message>
    <message>
        <source>receipt</source>
        <translation>reçu</translation>
    </message>
    <message>
        <source>Retry all failed</source>
        <translation>Réessayer tous les échecs</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>Tout annuler</translation>
    </message>
    <message>
        <source>Clear finished</source>
        <translation>Retirer les fichiers terminés</translation>
    </message>
    <message>
        <source>Show what arrived</source>
        <translation>Afficher ce qui est arrivé</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Tous les fichiers</translation>
    </message>
    <message>
        <source>Trial over: nothing was sent to the register.</source>
        <translation>Essai terminé&#xa0;: rien n’a été envoyé au registre.</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Suspendu</translation>
    </message>
    <message>
        <source>Searching folders…</source>
        <translation>Parcours des dossiers…</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Hors ligne</translation>
    </message>
    <message>
        <source>Offline. Sending goes on by itself when the network is back. Nothing is lost.</source>
        <translation>Hors ligne. L’envoi reprendra tout seul dès le retour du réseau. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>The register is overloaded or has an error. Sending goes on by itself. Nothing is lost.</source>
        <translation>Le registre est saturé ou rencontre une erreur. L’envoi reprendra tout seul. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>The register’s storage is overloaded or has an error. Sending goes on by itself. Nothing is lost.</source>
        <translation>Le stockage du registre est saturé ou rencontre une erreur. L’envoi reprendra tout seul. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>The disk is full or read-only, so nothing new is sent. Make room, then try again.</source>
        <translation>Le disque est plein ou protégé en écriture&#xa0;: plus rien n’est envoyé. Libérez de la place, puis réessayez.</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>Se connecter</translation>
    </message>
    <message>
        <source>Save elsewhere…</source>
        <translation>Enregistrer ailleurs…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
    <message>
        <source>Print the receipt…</source>
        <translation>Imprimer le reçu…</translation>
    </message>
    <message>
        <source>TRIAL: nothing is sent to the register – uploader-gui</source>
        <translation>ESSAI&#xa0;: rien n’est envoyé au registre – uploader-gui</translation>
    </message>
    <message>
        <source>Enter adds what waits once the anomaly’s number is typed above.</source>
        <translation>Saisissez le numéro de l’anomalie ci-dessus, puis appuyez sur Entrée.</translation>
    </message>
    <message>
        <source>Enter adds it if the number is right, and so do the words above.</source>
        <translation>Si le numéro est le bon, appuyez sur Entrée ou cliquez ci-dessus.</translation>
    </message>
    <message>
        <source>No file’s name contains this. Esc takes the search back.</source>
        <translation>Aucun nom de fichier ne contient ce texte. Échap efface la recherche.</translation>
    </message>
    <message>
        <source>Uploaded (trial)</source>
        <translation>Envoyé (essai)</translation>
    </message>
    <message>
        <source>Already there (trial)</source>
        <translation>Déjà envoyé (essai)</translation>
    </message>
    <message>
        <source>Send to current server</source>
        <translation>Envoyer au serveur actuel</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rétablir</translation>
    </message>
    <message>
        <source>Close this line</source>
        <translation>Fermer cette ligne</translation>
    </message>
    <message>
        <source>Remove from list</source>
        <translation>Retirer de la liste</translation>
    </message>
    <message>
        <source>History…</source>
        <translation>Historique…</translation>
    </message>
    <message>
        <source>Everything has arrived.</source>
        <translation>Tout est arrivé.</translation>
    </message>
    <message>
        <source>Stop and resume next time</source>
        <translation>Arrêter et reprendre plus tard</translation>
    </message>
    <message>
        <source>Paste the two tokens of your register. Who runs it, or your IT department, gives them to you.</source>
        <translation>Collez les deux jetons de votre registre. La personne qui l’administre, ou votre service informatique, vous les fournit.</translation>
    </message>
    <message>
        <source>The service did not accept these tokens. Get new ones, then paste them here.</source>
        <translation>Le service n’a pas accepté ces jetons. Demandez-en de nouveaux, puis collez-les ici.</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Jeton d’accès</translation>
    </message>
    <message>
        <source>Session token</source>
        <translation>Jeton de session</translation>
    </message>
    <message>
        <source>Show the tokens</source>
        <translation>Afficher les jetons</translation>
    </message>
    <message>
        <source>Hide the tokens</source>
        <translation>Masquer les jetons</translation>
    </message>
    <message>
        <source>They are kept in this computer’s password store.</source>
        <translation>Ils sont conservés dans le gestionnaire de mots de passe de cet ordinateur.</translation>
    </message>
    <message>
        <source>They are kept only until the program closes: this computer has no password store.</source>
        <translation>Ils ne sont conservés que jusqu’à la fermeture du programme&#xa0;: cet ordinateur n’a pas de gestionnaire de mots de passe.</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Enregistrer</translation>
    </message>
    <message>
        <source>Server address</source>
        <translation>Adresse du serveur</translation>
    </message>
    <message>
        <source>The address begins with https:// (http:// only for this computer).</source>
        <translation>L’adresse commence par https:// (http:// pour cet ordinateur seulement).</translation>
    </message>
    <message>
        <source>Sizes are registered in</source>
        <translation>Unité des tailles enregistrées</translation>
    </message>
    <message>
        <source>Change this only if the register shows wrong sizes.</source>
        <translation>À ne changer que si le registre affiche de fausses tailles.</translation>
    </message>
    <message>
        <source>Megabytes (as documented)</source>
        <translation>Mégaoctets (selon la documentation)</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Octets</translation>
    </message>
    <message>
        <source>Files sent at once</source>
        <translation>Fichiers envoyés en même temps</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Langue</translation>
    </message>
    <message>
        <source>The system’s</source>
        <translation>Celle du système</translation>
    </message>
    <message>
        <source>Français</source>
        <translation>Français</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>expires in %1</source>
        <translation>expire dans %1</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1&#xa0;: %2</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 sur %2</translation>
    </message>
    <message>
        <source>about %1 left</source>
        <translation>encore environ %1</translation>
    </message>
    <message>
        <source>Trying again in %1</source>
        <translation>Nouvel essai dans %1</translation>
    </message>
    <message>
        <source>Anomaly %1</source>
        <translation>Anomalie %1</translation>
    </message>
    <message>
        <source>Server %1</source>
        <translation>Serveur %1</translation>
    </message>
    <message>
        <source>Waits until this server is set again.</source>
        <translation>Attend que ce serveur soit de nouveau choisi.</translation>
    </message>
    <message>
        <source>Your session has expired. %1. Nothing is lost.</source>
        <translation>Votre session a expiré. %1. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>Your session has expired. %1, %2. Nothing is lost.</source>
        <translation>Votre session a expiré. %1, %2. Rien n’est perdu.</translation>
    </message>
    <message>
        <source>The list of unfinished files was damaged. A new one was begun; the old one is kept as %1</source>
        <translation>La liste des fichiers inachevés était endommagée. Une nouvelle a été commencée&#xa0;; l’ancienne est conservée sous %1</translation>
    </message>
    <message>
        <source>the program is not ready yet</source>
        <translation>le programme n’est pas encore prêt</translation>
    </message>
    <message>
        <source>The receipt could not be saved: %1</source>
        <translation>Le reçu n’a pas pu être enregistré&#xa0;: %1</translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln folders to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln dossier à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln dossiers à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add %Ln files and folders to anomaly %1</source>
        <translation>
            <numerusform>Ajouter %Ln fichier ou dossier à l’anomalie %1</numerusform>
            <numerusform>Ajouter %Ln fichiers et dossiers à l’anomalie %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files from last time have not been sent. Nothing is lost.</source>
        <translation>
            <numerusform>%Ln fichier de la dernière fois n’a pas été envoyé. Rien n’est perdu.</numerusform>
            <numerusform>%Ln fichiers de la dernière fois n’ont pas été envoyés. Rien n’est perdu.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files from last time were not sent: they failed or were refused.</source>
        <translation>
            <numerusform>%Ln fichier de la dernière fois n’a pas été envoyé&#xa0;: en échec ou refusé.</numerusform>
            <numerusform>%Ln fichiers de la dernière fois n’ont pas été envoyés&#xa0;: en échec ou refusés.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files wait for the number.</source>
        <translation>
            <numerusform>%Ln fichier attend le numéro.</numerusform>
            <numerusform>%Ln fichiers attendent le numéro.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folders wait for the number.</source>
        <translation>
            <numerusform>%Ln dossier attend le numéro.</numerusform>
            <numerusform>%Ln dossiers attendent le numéro.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files and folders wait for the number.</source>
        <translation>
            <numerusform>%Ln fichier ou dossier attend le numéro.</numerusform>
            <numerusform>%Ln fichiers et dossiers attendent le numéro.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Add all %Ln to %1</source>
        <translation>
            <numerusform>Ajouter %Ln élément à %1</numerusform>
            <numerusform>Ajouter les %Ln éléments à %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files</source>
        <translation>
            <numerusform>%Ln fichier</numerusform>
            <numerusform>%Ln fichiers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %Ln files</source>
        <translation>
            <numerusform>%1 sur %Ln fichier</numerusform>
            <numerusform>%1 sur %Ln fichiers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files are being finished</source>
        <translation>
            <numerusform>%Ln envoi se termine</numerusform>
            <numerusform>%Ln envois se terminent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files were not sent.</source>
        <translation>
            <numerusform>%Ln fichier n’a pas été envoyé.</numerusform>
            <numerusform>%Ln fichiers n’ont pas été envoyés.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Trial over: %Ln files did not get through.</source>
        <translation>
            <numerusform>Essai terminé&#xa0;: %Ln fichier n’est pas passé.</numerusform>
            <numerusform>Essai terminé&#xa0;: %Ln fichiers ne sont pas passés.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files wait for the server %1, which is not the one in use. Nothing is lost.</source>
        <translation>
            <numerusform>%Ln fichier attend le serveur %1, qui n’est pas celui utilisé. Rien n’est perdu.</numerusform>
            <numerusform>%Ln fichiers attendent le serveur %1, qui n’est pas celui utilisé. Rien n’est perdu.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files wait for servers that are not in use. Nothing is lost.</source>
        <translation>
            <numerusform>%Ln fichier attend un serveur qui n’est pas utilisé. Rien n’est perdu.</numerusform>
            <numerusform>%Ln fichiers attendent des serveurs qui ne sont pas utilisés. Rien n’est perdu.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files were taken off the list.</source>
        <translation>
            <numerusform>%Ln fichier a été retiré de la liste.</numerusform>
            <numerusform>%Ln fichiers ont été retirés de la liste.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files were cancelled.</source>
        <translation>
            <numerusform>L’envoi de %Ln fichier a été annulé.</numerusform>
            <numerusform>L’envoi de %Ln fichiers a été annulé.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln wait</source>
        <translation>
            <numerusform>%Ln fichier attend</numerusform>
            <numerusform>%Ln fichiers attendent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Sign in to send these %Ln files.</source>
        <translation>
            <numerusform>Connectez-vous pour envoyer %Ln fichier.</numerusform>
            <numerusform>Connectez-vous pour envoyer ces %Ln fichiers.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln system files were left out</source>
        <translation>
            <numerusform>%Ln fichier système a été laissé de côté</numerusform>
            <numerusform>%Ln fichiers système ont été laissés de côté</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files were in the list already</source>
        <translation>
            <numerusform>%Ln fichier était déjà dans la liste</numerusform>
            <numerusform>%Ln fichiers étaient déjà dans la liste</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln unfinished files go on</source>
        <translation>
            <numerusform>%Ln fichier inachevé reprend</numerusform>
            <numerusform>%Ln fichiers inachevés reprennent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln other files are still unfinished</source>
        <translation>
            <numerusform>%Ln autre fichier reste inachevé</numerusform>
            <numerusform>%Ln autres fichiers restent inachevés</numerusform>
        </translation>
    </message>
    <message>
        <source>B</source>
        <translation>o</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>d</source>
        <translation>j</translation>
    </message>
    <message>
        <source>KB</source>
        <translation>ko</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>Mo</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>Go</translation>
    </message>
</context>
</TS>
